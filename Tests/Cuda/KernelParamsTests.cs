using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FastGan.Cuda;

namespace FastGan.Tests.Cuda;

/// <summary>The kernels' parameters in C# lie as params.h has them, field by field.</summary>
[TestClass]
public sealed partial class KernelParamsTests
{
    private static readonly Dictionary<string, Type> Mirrors = typeof(Kernels).Assembly.GetTypes()
        .Where(t => t.Namespace == "FastGan.Cuda" && t.IsValueType && (t.Name.EndsWith("Params", StringComparison.Ordinal) || t.Name.EndsWith("Param", StringComparison.Ordinal)))
        .ToDictionary(t => t.Name.EndsWith("Params", StringComparison.Ordinal) ? t.Name : t.Name[..^"Param".Length]);

    private readonly Dictionary<string, (int Size, int Alignment)> _sizes = [];

    [TestMethod]
    public void EveryFieldLiesWhereTheHeaderPutsIt()
    {
        MatchCollection structs = Struct().Matches(Kernels.Sources["params.h"]);
        foreach (Match s in structs)
            Compare(s.Groups[1].Value, s.Groups[2].Value);
        CollectionAssert.AreEquivalent(Mirrors.Keys, _sizes.Keys, "structs of one side alone");
    }

    /// <summary>Functions that CUDA C++ declares itself; a kernel of such a name doesn't compile.</summary>
    [TestMethod]
    public void NoKernelIsNamedAsAFunctionOfCuda()
    {
        string[] taken =
        [
            "norm", "rnorm", "norm3d", "norm4d", "hypot", "saturate", "fdivide", "sinpi", "cospi", "erf", "erfc", "erfinv", "exp", "log", "sqrt", "rsqrt", "tanh",
            "max", "min", "abs", "floor", "round", "clock", "printf", "malloc", "free", "memcpy", "memset", "assert", "signbit", "isnan", "isinf", "isfinite",
        ];
        foreach (string name in Enum.GetNames<Kernel>())
            Assert.DoesNotContain(Kernels.NativeName(name), taken);
    }

    [TestMethod]
    public void EveryKernelHasTheSizeThatWasCompiled()
    {
        VirtualGpu.Require();
        foreach (string name in Enum.GetNames<Kernel>())
        {
            string owner = name switch
            {
                "Adam" or "Rmsprop" or "Sgd" => "Update",
                "Wasserstein" or "Hinge" => "Critic",
                _ => name,
            };
            Assert.AreEqual((long)Marshal.SizeOf(Mirrors[owner + "Params"]), VirtualGpu.ParamsSize(Kernels.NativeName(name)), name);
        }
    }

    private void Compare(string name, string body)
    {
        Assert.IsTrue(Mirrors.TryGetValue(name, out Type? mirror), $"{name} has no mirror");
        FieldInfo[] fields = mirror!.GetFields(BindingFlags.Public | BindingFlags.Instance);
        (string Type, string Name, int Count)[] header = [.. Field().Matches(body).Select(m =>
            (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Success ? int.Parse(m.Groups[3].Value) : 1))];
        CollectionAssert.AreEqual(header.Select(f => f.Name).ToArray(), fields.Select(f => f.Name).ToArray(), name);
        int offset = 0, largest = 1;
        for (int i = 0; i < header.Length; i++)
        {
            (int size, int alignment) = header[i].Type switch
            {
                "int" or "u32" or "float" => (4, 4),
                var type when type.StartsWith("global<", StringComparison.Ordinal) => (8, 8),
                var type => _sizes[type],
            };
            offset = (offset + alignment - 1) / alignment * alignment;
            Assert.AreEqual(offset, (int)Marshal.OffsetOf(mirror, fields[i].Name), $"{name}.{fields[i].Name}");
            bool isFloat = header[i].Type == "float";
            Type element = fields[i].GetCustomAttribute<FixedBufferAttribute>()?.ElementType ?? fields[i].FieldType;
            Assert.AreEqual(isFloat, element == typeof(float), $"{name}.{fields[i].Name} is {element}, not {header[i].Type}");
            offset += size * header[i].Count;
            largest = Math.Max(largest, alignment);
        }

        int whole = (offset + largest - 1) / largest * largest;
        Assert.AreEqual(whole, Marshal.SizeOf(mirror), name);
        _sizes.Add(name, (whole, largest));
    }

    [GeneratedRegex(@"struct (\w+) \{(.*?)\};", RegexOptions.Singleline)]
    private static partial Regex Struct();

    [GeneratedRegex(@"^\s*([\w<>]+) (\w+)(?:\[(\d+)\])?;", RegexOptions.Multiline)]
    private static partial Regex Field();
}
