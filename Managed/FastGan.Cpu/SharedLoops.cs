namespace FastGan.Cpu;

/// <summary>
/// Loops whose iterations the members of a team share as they have time. A member begins with a part of its own, from the front, and so keeps to memory that lies side by
/// side; when that is done, it takes what is left at the end of another's. Where a processor is slow, or busy with something else, the others do its work instead of
/// waiting for it. All members go through all loops in the same order; which of them does an iteration must not matter to the result.
/// </summary>
internal sealed class SharedLoops(int members)
{
    /// <summary>Most iterations of a loop.</summary>
    public const int Most = (1 << Bits) - 1;

    private const int Bits = 24;

    /// <summary>Numbers from one member's to the next one's, so that they lie in different cache lines, pairs of which may travel together.</summary>
    private const int Apart = 16;

    /// <summary>The part of each member that nobody has taken yet: the loop's number in the upper 16 bits, the first iteration, the end.</summary>
    private readonly long[] _left = new long[members * Apart];

    /// <summary>The number of each member's last loop.</summary>
    private readonly int[] _loops = new int[members * Apart];

    /// <summary>Starts a member's next loop.</summary>
    /// <param name="count">Iterations, the same for all members.</param>
    /// <param name="most">That a member takes at a time.</param>
    public SharedLoop Begin(int member, int count, int most)
    {
        if (count > Most)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"a shared loop has {Most} iterations at most");
        return new(this, member, ++_loops[member * Apart], count, most);
    }

    /// <summary>Makes all members have done the same number of loops, after some of them failed. Nobody may be in one.</summary>
    public void Align() => Array.Fill(_loops, _loops.Max());

    /// <summary>The next iterations for a member; none where all are taken.</summary>
    public (int From, int To) Take(int member, int loop, int count, int most)
    {
        (int From, int To) taken = TakeOf(member, own: true, loop, count, most);
        for (int other = 1; taken.From == taken.To && other < members; other++)
            taken = TakeOf((member + other) % members, own: false, loop, count, most);
        return taken;
    }

    private (int From, int To) TakeOf(int owner, bool own, int loop, int count, int most)
    {
        ref long left = ref _left[owner * Apart];
        while (true)
        {
            // The owner may be in an earlier loop still, and has then all of its part before it, or in a later one, and none left.
            long seen = Volatile.Read(ref left);
            int ahead = (short)((seen >> (2 * Bits)) - loop);
            (int first, int end) = ahead == 0
                ? ((int)(seen >> Bits) & Most, (int)seen & Most)
                : ((int)((long)count * owner / members), (int)((long)count * (owner + 1) / members));
            if (ahead > 0 || (first == end && (ahead == 0 || !own)))
                return default;

            // Half of what is left, so that pieces get smaller towards the end, and all members end together.
            int taken = Math.Min(most, members == 1 ? end - first : (end - first + 1) / 2);
            (int nextFirst, int nextEnd) = own ? (first + taken, end) : (first, end - taken);
            long next = ((long)loop << (2 * Bits)) | ((long)nextFirst << Bits) | (uint)nextEnd;
            if (Interlocked.CompareExchange(ref left, next, seen) == seen)
                return own ? (first, nextFirst) : (nextEnd, end);
        }
    }
}

/// <summary>A member's way through one of them.</summary>
internal readonly struct SharedLoop(SharedLoops loops, int member, int loop, int count, int most)
{
    /// <summary>The next iterations; false where none are left.</summary>
    public bool Next(out int from, out int to)
    {
        (from, to) = loops.Take(member, loop, count, most);
        return from < to;
    }
}
