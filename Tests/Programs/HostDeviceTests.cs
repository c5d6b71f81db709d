using FastGan.Cpu;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Tests.Programs;

[TestClass]
public sealed class HostDeviceTests
{
    [TestMethod]
    public void BytesThatAreHeldAreTheCallersOwn()
    {
        using CpuDevice device = new(threads: 1);
        Tensor tensor = Bytes(5);
        byte[] values = [1, 2, 3, 4, 5];
        device.Hold(tensor, values);
        values[2] = 9;
        CollectionAssert.AreEqual(new[] { 1, 2, 9, 4, 5 }, device.Read<int>(tensor));

        device.Free(tensor.Storage);
        Assert.AreEqual(0, tensor.Storage.Address);
        device.Allocate(tensor.Storage);
        CollectionAssert.AreEqual(new int[5], device.Read<int>(tensor));
    }

    [TestMethod]
    public void OnlyAFreeStorageOfAsManyBytesHolds()
    {
        using CpuDevice device = new(threads: 1);
        Tensor tensor = Bytes(5);
        Assert.ThrowsExactly<ArgumentException>(() => device.Hold(tensor, new byte[4]));
        device.Hold(tensor, new byte[5]);
        Assert.ThrowsExactly<InvalidOperationException>(() => device.Hold(tensor, new byte[5]));
        Assert.ThrowsExactly<InvalidOperationException>(() => device.Allocate(tensor.Storage));
    }

    private static Tensor Bytes(int count) => new(new Storage("bytes", Element.Byte, count), 0, Shape.Matrix(1, count));
}
