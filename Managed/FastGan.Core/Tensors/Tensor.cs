namespace FastGan.Tensors;

/// <summary>What one element of a storage is.</summary>
public enum Element
{
    /// <summary>
    /// A number in the device's working precision: activations and gradients. float on the CPU, double on the reference, half where a GPU is
    /// told so.
    /// </summary>
    Real,

    /// <summary>A number that mixed precision keeps whole: statistics, losses, optimizer state. Else the same as <see cref="Real"/>.</summary>
    Full,

    /// <summary>A parameter: as <see cref="Full"/>, and where <see cref="Real"/> is narrower the device keeps a copy in that beside it.</summary>
    Weight,
    Int32,
    Byte,
}

/// <summary>
/// A run of elements that a device gives memory to: a slab of parameters, a data set, or one temporary of a program,
/// whose place in the arena the memory plan decides.
/// </summary>
public sealed class Storage(string name, Element element, int count)
{
    public string Name { get; } = name;

    public Element Element { get; } = element;

    public int Count { get; } = count;

    /// <summary>The device's own address of the first element; 0 until a device has given it memory.</summary>
    public nint Address { get; set; }
}

/// <summary>A shaped view of a storage. It holds no memory and costs nothing: several views may share a storage.</summary>
public sealed class Tensor(Storage storage, int offset, Shape shape, string? name = null)
{
    public Tensor(string name, Shape shape, Element element = Element.Real) : this(new Storage(name, element, shape.Count), 0, shape)
    {
    }

    public Storage Storage { get; } = storage;

    /// <summary>What a trace or an error calls it: the storage's name where the view has none of its own.</summary>
    public string Name { get; } = name ?? storage.Name;

    /// <summary>First element of the view, in elements from the start of the storage.</summary>
    public int Offset { get; } = offset;

    public Shape Shape { get; } = shape;

    public int Count => Shape.Count;

    public Element Element => Storage.Element;

    /// <summary>The same elements under another shape of the same count.</summary>
    public Tensor Reshape(Shape shape) => shape.Count == Count
        ? new Tensor(Storage, Offset, shape, Name)
        : throw new ArgumentException($"{this} has {Count} elements, {shape} has {shape.Count}");

    /// <summary>Samples [first, first + count) of the batch.</summary>
    public Tensor Samples(int first, int count) => first >= 0 && count > 0 && first + count <= Shape.N
        ? new Tensor(Storage, Offset + first * Shape.SampleCount, Shape.WithN(count), Name)
        : throw new ArgumentOutOfRangeException(nameof(first), $"samples {first}..{first + count} of {this}");

    /// <summary>A shaped part of a slab, <paramref name="first"/> elements into this view.</summary>
    public Tensor Slice(int first, Shape shape, string? name = null) => first >= 0 && first + shape.Count <= Count
        ? new Tensor(Storage, Offset + first, shape, name ?? Name)
        : throw new ArgumentOutOfRangeException(nameof(first), $"{shape} at {first} of {this}");

    public override string ToString() => $"{Name} {Shape}";
}
