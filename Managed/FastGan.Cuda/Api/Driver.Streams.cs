namespace FastGan.Cuda.Api;

/// <summary>Streams, captured graphs, events.</summary>
internal sealed unsafe partial class Driver
{
    private readonly NativeFunction _streamCreateWithPriority = library.Function("cuStreamCreateWithPriority");
    public nint StreamCreateWithPriority(StreamKind kind, int priority)
    {
        nint stream;
        Check(_streamCreateWithPriority,
            ((delegate* unmanaged[Cdecl]<nint*, StreamKind, int, int>)_streamCreateWithPriority.Address)(&stream, kind, priority));
        return stream;
    }

    private readonly NativeFunction _streamDestroy = library.Function("cuStreamDestroy_v2");
    public void StreamDestroy(nint stream) => Check(_streamDestroy, ((delegate* unmanaged[Cdecl]<nint, int>)_streamDestroy.Address)(stream));

    private readonly NativeFunction _streamSynchronize = library.Function("cuStreamSynchronize");
    public void StreamSynchronize(nint stream) =>
        Check(_streamSynchronize, ((delegate* unmanaged[Cdecl]<nint, int>)_streamSynchronize.Address)(stream));

    private readonly NativeFunction _streamBeginCapture = library.Function("cuStreamBeginCapture_v2");
    public void StreamBeginCapture(nint stream, CaptureMode mode) =>
        Check(_streamBeginCapture, ((delegate* unmanaged[Cdecl]<nint, CaptureMode, int>)_streamBeginCapture.Address)(stream, mode));

    private readonly NativeFunction _streamEndCapture = library.Function("cuStreamEndCapture");
    public nint StreamEndCapture(nint stream)
    {
        nint graph;
        Check(_streamEndCapture, ((delegate* unmanaged[Cdecl]<nint, nint*, int>)_streamEndCapture.Address)(stream, &graph));
        return graph;
    }

    // cuGraphInstantiate_v2 is the old function of five arguments.
    private readonly NativeFunction _graphInstantiateWithFlags = library.Function("cuGraphInstantiateWithFlags");

    /// <returns>What <see cref="GraphLaunch"/> launches.</returns>
    public nint GraphInstantiateWithFlags(nint graph, ulong flags)
    {
        nint exec;
        Check(_graphInstantiateWithFlags,
            ((delegate* unmanaged[Cdecl]<nint*, nint, ulong, int>)_graphInstantiateWithFlags.Address)(&exec, graph, flags));
        return exec;
    }

    private readonly NativeFunction _graphLaunch = library.Function("cuGraphLaunch");
    public void GraphLaunch(nint exec, nint stream) =>
        Check(_graphLaunch, ((delegate* unmanaged[Cdecl]<nint, nint, int>)_graphLaunch.Address)(exec, stream));

    private readonly NativeFunction _graphUpload = library.Function("cuGraphUpload");
    public void GraphUpload(nint exec, nint stream) =>
        Check(_graphUpload, ((delegate* unmanaged[Cdecl]<nint, nint, int>)_graphUpload.Address)(exec, stream));

    private readonly NativeFunction _graphGetNodes = library.Function("cuGraphGetNodes");

    /// <returns>How many kernels, copies and fills the graph has.</returns>
    public int GraphGetNodes(nint graph)
    {
        nuint count = 0;
        Check(_graphGetNodes, ((delegate* unmanaged[Cdecl]<nint, nint*, nuint*, int>)_graphGetNodes.Address)(graph, null, &count));
        return (int)count;
    }

    private readonly NativeFunction _graphExecDestroy = library.Function("cuGraphExecDestroy");
    public void GraphExecDestroy(nint exec) => Check(_graphExecDestroy, ((delegate* unmanaged[Cdecl]<nint, int>)_graphExecDestroy.Address)(exec));

    private readonly NativeFunction _graphDestroy = library.Function("cuGraphDestroy");
    public void GraphDestroy(nint graph) => Check(_graphDestroy, ((delegate* unmanaged[Cdecl]<nint, int>)_graphDestroy.Address)(graph));

    private readonly NativeFunction _eventCreate = library.Function("cuEventCreate");
    public nint EventCreate(EventKind kind)
    {
        nint created;
        Check(_eventCreate, ((delegate* unmanaged[Cdecl]<nint*, EventKind, int>)_eventCreate.Address)(&created, kind));
        return created;
    }

    private readonly NativeFunction _eventRecord = library.Function("cuEventRecord");
    public void EventRecord(nint recorded, nint stream) =>
        Check(_eventRecord, ((delegate* unmanaged[Cdecl]<nint, nint, int>)_eventRecord.Address)(recorded, stream));

    private readonly NativeFunction _eventSynchronize = library.Function("cuEventSynchronize");
    public void EventSynchronize(nint recorded) =>
        Check(_eventSynchronize, ((delegate* unmanaged[Cdecl]<nint, int>)_eventSynchronize.Address)(recorded));

    private readonly NativeFunction _eventElapsedTime = library.Function("cuEventElapsedTime_v2", "cuEventElapsedTime");

    /// <summary>Milliseconds between two events that have happened.</summary>
    public float EventElapsedTime(nint start, nint end)
    {
        float ms;
        Check(_eventElapsedTime, ((delegate* unmanaged[Cdecl]<float*, nint, nint, int>)_eventElapsedTime.Address)(&ms, start, end));
        return ms;
    }

    private readonly NativeFunction _eventDestroy = library.Function("cuEventDestroy_v2");
    public void EventDestroy(nint destroyed) => Check(_eventDestroy, ((delegate* unmanaged[Cdecl]<nint, int>)_eventDestroy.Address)(destroyed));
}
