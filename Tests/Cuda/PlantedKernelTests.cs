using FastGan.Cuda.Api;
using Params = FastGan.Tests.Cuda.PlantedDevice.Params;

namespace FastGan.Tests.Cuda;

/// <summary>Mistakes in kernels that the virtual GPU must find, and correct ones that it must not.</summary>
[TestClass]
public sealed class PlantedKernelTests
{
    private const int IllegalAddress = 700, Misaligned = 716, LaunchFailed = 719;

    /// <summary>Whatever the order of blocks and warps.</summary>
    [TestMethod]
    [DataRow(1ul)]
    [DataRow(2ul)]
    [DataRow(3ul)]
    public void CorrectKernelsRun(ulong seed)
    {
        using PlantedDevice gpu = new();
        VirtualGpu.Seed(seed);
        VirtualGpu.CheckRaces(true);
        const int count = 1000, blocks = 4;
        float[] values = [.. Enumerable.Range(0, count).Select(i => i - 300f), .. new float[blocks]];
        ulong memory = gpu.Upload<float>(values), counter = gpu.Upload<uint>([0]);
        gpu.Launch("planted_scale", new Params(memory, 0, count, 0.5f), blocks);
        gpu.Launch("planted_sum", new Params(memory, counter, count, 0), blocks);
        float[] sum = gpu.Download<float>(memory, count + blocks);
        VirtualGpu.CheckRaces(false);
        Assert.AreEqual(values.Take(count).Sum() * 0.5f, sum[0]);
        Assert.AreEqual(values[1] * 0.5f, sum[1]);
    }

    [TestMethod]
    [DataRow("planted_past_the_end", IllegalAddress, 100, "writes 4 bytes", "0 bytes past the end of an allocation of 400", "thread 7")]
    [DataRow("planted_before_the_start", IllegalAddress, 100, "reads 4 bytes", "4 bytes before an allocation of 400", "thread 7")]
    [DataRow("planted_vector_past_the_end", IllegalAddress, 102, "writes 16 bytes", "at 400 of an allocation of 408", "thread 7")]
    [DataRow("planted_misaligned", Misaligned, 100, "reads 16 bytes", "not a multiple of 16", "thread 7")]
    public void AccessesToMemoryAreChecked(string kernel, int status, int count, string access, string where, string thread)
    {
        using PlantedDevice gpu = new();
        gpu.Faults(status, kernel, new Params(gpu.Allocate(count), 0, count, 0), 1, access, where, thread);
    }

    [TestMethod]
    public void FreedMemoryIsNotAccessible()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Allocate(256);
        gpu.FreeMemory(memory);
        gpu.Faults(IllegalAddress, "planted_scale", new Params(memory, 0, 256, 2), 1, "was freed");
    }

    [TestMethod]
    public void MemoryFreedBeforeTheWorkHasRunIsNotAccessible()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Allocate(256);
        gpu.Launch("planted_scale", new Params(memory, 0, 256, 2));
        gpu.FreeMemory(memory);
        PlantedDevice.Refuses(IllegalAddress, () => gpu.Driver.StreamSynchronize(gpu.Stream), "was freed");
    }

    [TestMethod]
    [DataRow("planted_no_barrier", "shared 'reversed'", "missing sync_block")]
    [DataRow("planted_no_second_barrier", "shared 'shifted'", "missing sync_block")]
    [DataRow("planted_half_at_barrier", "a barrier that not all threads of the block reach", "has ended")]
    [DataRow("planted_two_barriers", "a barrier that not all threads of the block reach", "planted.cu:")]
    [DataRow("planted_half_shuffles", "a shuffle that not all lanes of the warp reach", "has ended")]
    public void BarriersAreChecked(string kernel, string what, string why)
    {
        for (ulong seed = 0; seed < 4; seed++)
        {
            using PlantedDevice gpu = new();
            VirtualGpu.Seed(seed);
            gpu.Faults(LaunchFailed, kernel, new Params(gpu.Allocate(256), 0, 256, 0), 1, what, why);
        }
    }

    [TestMethod]
    public void SharedMemoryIsGarbageAtFirst()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Allocate(256);
        gpu.Launch("planted_shared_garbage", new Params(memory, 0, 256, 0));
        foreach (float value in gpu.Download<float>(memory, 256))
            Assert.IsTrue(float.IsNaN(value));
    }

    [TestMethod]
    [DataRow("planted_shared_bounds", IllegalAddress, "of shared 'small', which has 8")]
    [DataRow("planted_shared_too_large", LaunchFailed, "more than 49152 bytes of shared memory")]
    public void SharedMemoryHasBounds(string kernel, int status, string what)
    {
        using PlantedDevice gpu = new();
        gpu.Faults(status, kernel, new Params(0, 0, 0, 0), 1, what);
    }

    [TestMethod]
    [DataRow("planted_same_element", 2, "written by block")]
    [DataRow("planted_reads_other_block", 2, "of the same launch, with no increment in between")]
    [DataRow("planted_increments_too_early", 2, "of the same launch, with no increment in between")]
    [DataRow("planted_no_barrier_global", 1, "missing sync_block")]
    public void UnorderedAccessesToMemoryAreFoundOnRequest(string kernel, int blocks, string what)
    {
        for (ulong seed = 0; seed < 4; seed++)
        {
            using PlantedDevice gpu = new();
            ulong memory = gpu.Allocate(1024), counter = gpu.Upload<uint>([0]);
            VirtualGpu.Seed(seed);
            VirtualGpu.CheckRaces(true);
            gpu.Launch(kernel, new Params(memory, counter, 512, 0), blocks);
            PlantedDevice.Refuses(LaunchFailed, () => gpu.Driver.StreamSynchronize(gpu.Stream), kernel, what);
            VirtualGpu.CheckRaces(false);
        }
    }

    [TestMethod]
    public void BlocksRunInAnotherOrderForAnotherSeed()
    {
        using PlantedDevice gpu = new();
        ulong memory = gpu.Allocate(1);
        HashSet<float> last = [];
        for (ulong seed = 0; seed < 20; seed++)
        {
            VirtualGpu.Seed(seed);
            gpu.Launch("planted_same_element", new Params(memory, 0, 1, 0), 10);
            last.Add(gpu.Download<float>(memory, 1)[0]);
        }

        Assert.IsGreaterThan(3, last.Count);
    }

    [TestMethod]
    public void LaunchesThatNoKernelIsMadeForAreRefused()
    {
        using PlantedDevice gpu = new();
        Params parameters = new(gpu.Allocate(256), 0, 256, 1);
        PlantedDevice.Refuses(1, () => gpu.Launch("planted_scale", parameters, blocks: 0));
        PlantedDevice.Refuses(1, () => gpu.Launch("planted_scale", parameters, threads: 128), "not 256");
        PlantedDevice.Refuses(1, () => gpu.Launch("planted_scale", parameters, threads: 2048));
        PlantedDevice.Refuses(500, () => gpu.Launch("adam", parameters), "module planted has no kernel 'adam'");
        Assert.AreEqual(-1, VirtualGpu.ParamsSize("no_such_kernel"));
        Assert.AreEqual(32, VirtualGpu.ParamsSize("planted_scale"));
    }

    private record struct ConversionParams(ulong Wide, ulong Halves, ulong BFloats, long Count, int Widening);

    [TestMethod]
    public void WideningIsExact()
    {
        using PlantedDevice gpu = new();
        ushort[] bits = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        ulong narrow = gpu.Upload<ushort>(bits), wide = gpu.Allocate(2 * bits.Length);
        gpu.Launch("planted_conversions", new ConversionParams(wide, narrow, narrow, bits.Length, 1), 256);
        float[] values = gpu.Download<float>(wide, 2 * bits.Length);
        for (int i = 0; i < bits.Length; i++)
        {
            Half half = BitConverter.UInt16BitsToHalf(bits[i]);
            Assert.IsTrue(Half.IsNaN(half) ? float.IsNaN(values[i]) : Same((float)half, values[i]), $"half {i:x}");
            Assert.IsTrue(Same(BitConverter.UInt32BitsToSingle((uint)i << 16), values[bits.Length + i]), $"bfloat {i:x}");
        }
    }

    /// <summary>Around every half and bfloat, halfway to the next, and one unit to each side of that.</summary>
    [TestMethod]
    public void NarrowingRoundsToNearestEven()
    {
        using PlantedDevice gpu = new();
        List<float> values = [];
        for (int i = 0; i < 65536; i += 3)
        {
            uint half = BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)i)), bfloat = (uint)i << 16;
            foreach (uint bits in (uint[])[half - 1, half, half + 0xfff, half + 0x1000, half + 0x1001, bfloat - 1, bfloat, bfloat + 0x7fff, bfloat + 0x8000, bfloat + 0x8001])
                values.Add(BitConverter.UInt32BitsToSingle(bits));
        }

        for (int i = 0; i < 3000; i++)
            values.Add((i - 0.5f) * MathF.ScaleB(1, -25));
        values.AddRange([65519.996f, 65520, 65536, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.Epsilon, -0f]);
        int count = values.Count;
        ulong wide = gpu.Upload<float>(values.ToArray()), halves = gpu.Allocate(count), bfloats = gpu.Allocate(count);
        gpu.Launch("planted_conversions", new ConversionParams(wide, halves, bfloats, count, 0), (count + 255) / 256);
        ushort[] half16 = gpu.Download<ushort>(halves, count), bfloat16 = gpu.Download<ushort>(bfloats, count);
        for (int i = 0; i < count; i++)
        {
            float v = values[i];
            Assert.AreEqual(float.IsNaN(v) ? 0x7fff : BitConverter.HalfToUInt16Bits((Half)v), half16[i], $"{v:r} to half");
            Assert.AreEqual(float.IsNaN(v) ? 0x7fff : NearestBFloat(v), bfloat16[i], $"{v:r} to bfloat");
        }
    }

    /// <summary>In decimal steps of the neighbours, with no bit tricks.</summary>
    private static ushort NearestBFloat(float v)
    {
        ushort down = (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16), up = (ushort)(down + 1);
        if (float.IsInfinity(v))
            return down;
        double below = Math.Abs(Math.Abs((double)v) - Magnitude(down)), above = Math.Abs(Magnitude(up) - Math.Abs((double)v));
        return below < above || (below == above && down % 2 == 0) || below == 0 ? down : up;
    }

    /// <summary>What comes after the largest counts as the next power of two, and as infinity.</summary>
    private static double Magnitude(ushort bits) =>
        (bits & 0x7fff) == 0x7f80 ? Math.ScaleB(1, 128) : Math.Abs((double)BitConverter.UInt32BitsToSingle((uint)bits << 16));

    private static bool Same(float a, float b) => BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b));
}
