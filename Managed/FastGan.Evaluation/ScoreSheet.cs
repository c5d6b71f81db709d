using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastGan.Evaluation;

/// <summary>Where a score is at its best.</summary>
public enum Better
{
    Lower,
    Higher,

    /// <summary>Neither more nor less than real images have it.</summary>
    AsReal,
}

/// <summary>One score of a trained model, beside what the best and the worst model would get.</summary>
/// <param name="Floor">The score of held-out real images; null where there is no such thing.</param>
/// <param name="Ceiling">The score of noise; null where there is no such thing.</param>
/// <param name="Features">What the score is computed in: a classifier by its name, or pixels.</param>
/// <param name="Samples">Images of each draw.</param>
/// <param name="Seed">Of latents, noise and the choice of real images.</param>
public sealed record Score(string Name, Better Better, Interval Value, Interval? Floor, Interval? Ceiling, string Features, int Samples, ulong Seed);

/// <summary>A score that can't be had of this model and data.</summary>
public sealed record MissingScore(string Name, string Why);

/// <param name="Generated">Share of the generated images that the classifier takes for this class.</param>
/// <param name="Data">Share of the data with this label.</param>
public sealed record ClassShare(string Name, double Generated, double Data);

/// <summary>Everything that evaluation says of one checkpoint. The same checkpoint, data and options give the same sheet to the digit.</summary>
/// <param name="Data">Its name, and the first digits of its digest.</param>
/// <param name="SameData">Whether it is what the model was trained on.</param>
/// <param name="TestAccuracy">Of the classifier, on held-out images; null without labels.</param>
public sealed record ScoreSheet(
    string Model, long Step, string Data, bool SameData, double? TestAccuracy, int Draws,
    IReadOnlyList<Score> Scores, IReadOnlyList<MissingScore> Missing, IReadOnlyList<ClassShare> Classes)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public Score this[string name] => Scores.First(s => s.Name == name);

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    public static ScoreSheet Parse(string json) => JsonSerializer.Deserialize<ScoreSheet>(json, Json) ?? throw new ArgumentException("null", nameof(json));
}
