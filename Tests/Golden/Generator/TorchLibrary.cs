using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FastGan.Tests.Golden;

/// <summary>
/// TorchSharp 0.107.0's wrapper library asks for GLIBCXX_3.4.32, which Debian 12 lacks, and uses nothing of it: its one symbol of that
/// version is a marker for the linker. Where it doesn't load, a copy beside the program gets that need marked as weak; libtorch itself
/// stays as it is.
/// </summary>
internal static class TorchLibrary
{
    private const string Wrapper = "libLibTorchSharp.so";

    public static void MakeLoadable()
    {
        string patched = Path.Combine(AppContext.BaseDirectory, Wrapper);
        string searched = (string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!;
        string[] folders = searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string? torch = folders.FirstOrDefault(f => File.Exists(Path.Combine(f, "libtorch_cpu.so")));
        string? wrapper = folders.Select(f => Path.Combine(f, Wrapper)).FirstOrDefault(f => f != patched && File.Exists(f));
        if (torch is null || wrapper is null)
            return;
        NativeLibrary.Load(Path.Combine(torch, "libtorch_cpu.so"));
        NativeLibrary.Load(Path.Combine(torch, "libtorch.so"));
        if (File.Exists(patched) || NativeLibrary.TryLoad(wrapper, out _))
            return;
        byte[] elf = File.ReadAllBytes(wrapper);
        MarkWeak(elf, "GLIBCXX_3.4.32");
        File.WriteAllBytes(patched, elf);
    }

    /// <summary>
    /// Sets VER_FLG_WEAK in the ELF record that needs the version: the name's hash in four bytes, then the flags in two, which are 0.
    /// </summary>
    private static void MarkWeak(Span<byte> elf, string version)
    {
        uint hash = 0;
        foreach (char c in version)
        {
            hash = (hash << 4) + c;
            hash = (hash ^ ((hash & 0xf0000000) >> 24)) & 0x0fffffff;
        }

        Span<byte> record = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32LittleEndian(record, hash);
        int at = elf.IndexOf(record);
        if (at < 0 || elf[(at + 1)..].IndexOf(record) >= 0)
            throw new InvalidDataException($"{Wrapper} doesn't need {version} exactly once: it can't be made loadable this way");
        elf[at + 4] = 2;
    }
}
