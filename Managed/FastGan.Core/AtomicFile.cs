namespace FastGan;

/// <summary>Files that are there whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>Writes beside <paramref name="path"/> and renames onto it. Makes the folder where it is missing.</summary>
    /// <exception cref="FastGanException">The folder can't be written, or the disk is full; nothing half-written is left.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + ".tmp";
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may not be there, or not be ours to remove.
            try
            {
                File.Delete(temporary);
            }
            catch (Exception again) when (again is IOException or UnauthorizedAccessException)
            {
            }

            throw new FastGanException($"{path} can't be written ({e.Message.TrimEnd('.')}): free some space there or choose another --out", e);
        }
    }
}
