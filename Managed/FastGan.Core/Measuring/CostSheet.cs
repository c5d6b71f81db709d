using FastGan.Gans;
using FastGan.Programs;
using FastGan.Tensors;

namespace FastGan.Measuring;

/// <summary>The work in all operations of one text in a step, and the least seconds that it takes on each of <see cref="CostSheet.Cards"/>.</summary>
public sealed record OperationCost(string Text, int Count, long Flops, long Bytes, IReadOnlyList<double> FloorSeconds);

/// <summary>The least that a whole step takes on a card.</summary>
/// <param name="StepSeconds">All operations, and the launch of their graph.</param>
public sealed record CardFloor(string Card, double StepSeconds, double ImagesPerSecond);

/// <summary>
/// What a training step would take on cards that are not here: each operation's flops and bytes against the card's published rates. A model, not a
/// measurement: nothing reaches all of a card's rates, and tensors that stay in its cache don't cross its memory. A real run is to be held against it.
/// </summary>
public sealed record CostSheet(
    string Workload, Precision Precision, int Batch, int Images, IReadOnlyList<OperationCost> Operations, IReadOnlyList<CardFloor> Cards)
{
    /// <summary>A captured graph's launch, and each of its nodes, as measured by others on recent cards.</summary>
    public const double GraphSeconds = 2.5e-6, NodeSeconds = 1e-9;

    /// <summary>In each line of JSON, that nobody takes it for what it isn't.</summary>
    public string Note { get; } = "a model from published rates, not a measurement";

    public static CostSheet Of(string workload, RunConfig config)
    {
        TrainingSpec t = config.Training;
        Instruction[] instructions = TrainingStep.Record(new Gan(config, Workloads.RandomData(config))).Instructions;
        OperationCost[] operations =
        [
            .. from same in instructions.GroupBy(i => i.Text)
               let floors = Measuring.Cards.All.Select(card => same.Sum(i => Floor(i, card, t.Precision)))
               select new OperationCost(same.Key, same.Count(), same.Sum(i => i.Flops), same.Sum(i => Bytes(i, t.Precision)), [.. floors]),
        ];
        double launch = GraphSeconds + NodeSeconds * instructions.Length;
        CardFloor[] cards = [.. Measuring.Cards.All.Index().Select(card => Whole(card.Item.Name, operations.Sum(o => o.FloorSeconds[card.Index]) + launch))];
        return new CostSheet(workload, t.Precision, t.Batch, t.ImagesPerStep(), operations, cards);

        CardFloor Whole(string card, double seconds) => new(card, seconds, t.ImagesPerStep() / seconds);
    }

    public string ToJson() => JsonLine.Write(this);

    /// <summary>Bytes read and written if every operand crosses memory once.</summary>
    internal static long Bytes(Instruction instruction, Precision precision)
    {
        // Products read the copy of the weights in the working precision, which updates write beside the masters.
        int real = precision is Precision.Fp16 or Precision.Bf16 ? 2 : 4;
        int read = IsProduct(instruction) ? real : 4, written = real == 2 ? 4 + real : 4;
        return instruction.Reads.Sum(t => Of(t, read)) + instruction.Writes.Sum(t => Of(t, written));

        long Of(Tensor tensor, int weight) => (long)tensor.Count * tensor.Element switch
        {
            Element.Real => real,
            Element.Weight => weight,
            Element.Byte => 1,
            _ => 4,
        };
    }

    /// <summary>Products run at the rate of their precision, everything else at single precision's.</summary>
    private static double Floor(Instruction instruction, Card card, Precision precision)
    {
        double rate = IsProduct(instruction) ? card.MatrixFlopsPerSecond(precision) : card.Fp32;
        return Math.Max(instruction.Flops / rate, Bytes(instruction, precision) / card.BytesPerSecond);
    }

    private static bool IsProduct(Instruction instruction) => instruction.Name is "conv" or "conv-bwd-data" or "conv-bwd-filter";
}
