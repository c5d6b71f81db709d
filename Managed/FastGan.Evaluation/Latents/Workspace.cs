using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Latents;

/// <summary>Tensors and a program on a device that go away together.</summary>
internal sealed class Workspace(Device device) : IDisposable
{
    private readonly List<Storage> _storages = [];

    /// <summary>A zeroed tensor.</summary>
    public Tensor Tensor(string name, Shape shape, Element element = Element.Real)
    {
        Tensor tensor = new(name, shape, element);
        device.Allocate(tensor.Storage);
        _storages.Add(tensor.Storage);
        return tensor;
    }

    public Program Finish(Recorder r)
    {
        Program program = r.Finish();
        program.Plan(device);
        _storages.Add(program.Arena!);
        return program;
    }

    public void Dispose()
    {
        foreach (Storage storage in _storages)
            device.Free(storage);
    }
}
