namespace FastGan;

/// <summary>
/// A mistake in what the user gave: a file, a key, a value. The message is one line that says what is wrong, where, and
/// what to do; the command line prints it and ends with exit code 2.
/// </summary>
public sealed class FastGanException : Exception
{
    public FastGanException(string message) : base(message)
    {
    }

    public FastGanException(string message, Exception inner) : base(message, inner)
    {
    }
}
