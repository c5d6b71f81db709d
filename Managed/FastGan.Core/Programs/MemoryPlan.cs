using FastGan.Tensors;

namespace FastGan.Programs;

/// <summary>Places temporaries in one arena so that two share bytes only if no instruction needs both.</summary>
internal static class MemoryPlan
{
    private readonly record struct Life(Storage Storage, int First, int Last, long Bytes);

    /// <summary>Largest first, each at the lowest place that is free over its whole life. Places are multiples of <see cref="Device.Alignment"/>.</summary>
    public static (Dictionary<Storage, long> Places, long Bytes) Make(
        Instruction[] instructions, IReadOnlySet<Storage> temporaries, Func<Element, int> sizeOf)
    {
        Dictionary<Storage, long> places = [];
        List<(Life Life, long Place)> placed = [];
        long total = 0;
        foreach (Life life in Lives(instructions, temporaries, sizeOf).OrderByDescending(l => l.Bytes).ThenBy(l => l.First))
        {
            long place = 0;
            foreach ((Life other, long at) in placed.OrderBy(p => p.Place))
            {
                bool together = other.First <= life.Last && life.First <= other.Last;
                if (together && at < place + life.Bytes && place < at + other.Bytes)
                    place = at + other.Bytes;
            }

            placed.Add((life, place));
            places.Add(life.Storage, place);
            total = Math.Max(total, place + life.Bytes);
        }

        return (places, total);
    }

    private static IEnumerable<Life> Lives(Instruction[] instructions, IReadOnlySet<Storage> temporaries, Func<Element, int> sizeOf)
    {
        Dictionary<Storage, (int First, int Last)> lives = [];
        for (int i = 0; i < instructions.Length; i++)
        {
            foreach (Tensor t in instructions[i].Reads.Concat(instructions[i].Writes))
            {
                if (temporaries.Contains(t.Storage))
                    lives[t.Storage] = (lives.TryGetValue(t.Storage, out (int First, int Last) life) ? life.First : i, i);
            }
        }

        foreach ((Storage s, (int first, int last)) in lives)
        {
            long bytes = (long)s.Count * sizeOf(s.Element);
            yield return new Life(s, first, last, (bytes + Device.Alignment - 1) / Device.Alignment * Device.Alignment);
        }
    }
}
