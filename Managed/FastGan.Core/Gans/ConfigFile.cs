using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using FastGan.Models;

namespace FastGan.Gans;

/// <summary>
/// Configs as JSON, read strictly: an unknown key, a missing one, a name that isn't one of those allowed or a value out of range fails
/// with the file, the key and what would be right.
/// </summary>
public static class ConfigFile
{
    /// <summary>The conventions of every JSON file that a run writes.</summary>
    internal static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        WriteIndented = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static string Write(RunConfig config) => JsonSerializer.Serialize(config, Json) + "\n";

    public static RunConfig Read(string path) => Parse(File.ReadAllText(path), path);

    /// <param name="file">What to call the text in an error.</param>
    /// <exception cref="FastGanException">The text is no valid config.</exception>
    public static RunConfig Parse(string json, string file)
    {
        RunConfig config = Parse<RunConfig>(json, file);
        Validate(config, file);
        return config;
    }

    /// <summary>Reads one of the project's own JSON types.</summary>
    internal static T Parse<T>(string json, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            CheckKeys(document.RootElement, typeof(T), "", file);
            return document.Deserialize<T>(Json) ?? throw new FastGanException($"{file}: empty");
        }
        catch (JsonException e)
        {
            string where = e.Path is null or "$" ? $"line {e.LineNumber + 1}" : $"key '{e.Path.TrimStart('$', '.')}'";
            throw new FastGanException($"{file}: {where} can't be read: {e.Message.Split(" Path:")[0].Split(" LineNumber:")[0]}", e);
        }
    }

    private static void CheckKeys(JsonElement element, Type type, string path, string file)
    {
        JsonTypeInfo info = Json.GetTypeInfo(type);
        if (info.Kind == JsonTypeInfoKind.Enumerable && element.ValueKind == JsonValueKind.Array)
        {
            int i = 0;
            foreach (JsonElement item in element.EnumerateArray())
                CheckKeys(item, info.ElementType!, $"{path}[{i++}]", file);
        }
        else if (info.Kind == JsonTypeInfoKind.Object && element.ValueKind == JsonValueKind.Object)
        {
            CheckObject(element, info, path, file);
        }
        else if ((Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } names && element.ValueKind == JsonValueKind.String)
        {
            string[] valid = [.. Enum.GetNames(names).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
            if (!valid.Contains(element.GetString()))
                throw new FastGanException($"{file}: '{path}' is '{element.GetString()}': {Suggest.Among(element.GetString()!, valid)}");
        }
    }

    private static void CheckObject(JsonElement element, JsonTypeInfo info, string path, string file)
    {
        string? discriminator = info.PolymorphismOptions?.TypeDiscriminatorPropertyName;
        if (discriminator is not null)
        {
            string given = element.TryGetProperty(discriminator, out JsonElement d) && d.ValueKind == JsonValueKind.String ? d.GetString()!
                : throw new FastGanException($"{file}: '{path}' needs a key '{discriminator}'");
            IList<JsonDerivedType> types = info.PolymorphismOptions!.DerivedTypes;
            Type type = types.FirstOrDefault(t => given.Equals(t.TypeDiscriminator)).DerivedType
                ?? throw new FastGanException($"{file}: '{path}.{discriminator}' is '{given}': {Suggest.Among(given, [.. types.Select(t => $"{t.TypeDiscriminator}")])}");
            info = Json.GetTypeInfo(type);
        }

        string[] keys = [.. info.Properties.Select(p => p.Name)];
        foreach (JsonProperty property in element.EnumerateObject().Where(p => p.Name != discriminator))
        {
            JsonPropertyInfo? known = info.Properties.FirstOrDefault(p => p.Name == property.Name);
            string key = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (known is null)
                throw new FastGanException($"{file}: unknown key '{key}': {Suggest.Among(property.Name, keys)}");
            CheckKeys(property.Value, known.PropertyType, key, file);
        }

        foreach (JsonPropertyInfo p in info.Properties)
        {
            bool required = p.IsRequired || p.AssociatedParameter is { HasDefaultValue: false };
            if (required && !element.TryGetProperty(p.Name, out _))
                throw new FastGanException($"{file}: key '{(path.Length == 0 ? p.Name : $"{path}.{p.Name}")}' is missing");
        }
    }

    /// <summary>Refuses values out of range. What depends on the networks' shapes is checked where they are built.</summary>
    public static void Validate(RunConfig config, string file)
    {
        if (config.Version != RunConfig.CurrentVersion)
            throw new FastGanException($"{file}: version {config.Version} isn't known to this fastgan, which reads version {RunConfig.CurrentVersion}: use the fastgan that wrote it");
        (ModelSpec m, TrainingSpec t, OutputSpec o) = (config.Model, config.Training, config.Output);
        Require(m.ImageSize is >= 1 and <= 1024, "model.image_size", m.ImageSize, "from 1 to 1024");
        Require(m.Channels is 1 or 3, "model.channels", m.Channels, "1 or 3");
        Require(m.Latent >= 1, "model.latent", m.Latent, "at least 1");
        Require(m.Classes >= 0, "model.classes", m.Classes, "0 or more");
        Require(m.ClassNames.Count == 0 || m.ClassNames.Count == m.Classes, "model.class_names", m.ClassNames.Count, $"as many names as classes, {m.Classes}, or none");
        Require(t.Batch >= 1, "training.batch", t.Batch, "at least 1");
        Require(t.Steps >= 1, "training.steps", t.Steps, "at least 1");
        Require(t.CriticSteps is >= 1 and <= 100, "training.critic_steps", t.CriticSteps, "from 1 to 100");
        Require(t.Clip is null or { Limit: > 0 }, "training.clip.limit", t.Clip?.Limit, "above 0");
        Require(t.Penalty is null or { Weight: > 0 and < double.PositiveInfinity }, "training.penalty.weight", t.Penalty?.Weight, "above 0, such as 10");
        Require(t.RealTarget is > 0.5 and <= 1, "training.real_target", t.RealTarget, "above 0.5 to 1, such as 0.9");
        Require(t.Pack is >= 1 and <= 8, "training.pack", t.Pack, "from 1 to 8");
        Require(t.Augment is null || (t.Augment.Shift >= 0 && t.Augment.Shift < m.ImageSize), "training.augment.shift", t.Augment?.Shift, $"from 0 to {m.ImageSize - 1} pixels");
        Require(t.Decay is >= 0 and <= 1, "training.decay", t.Decay, "from 0 to 1");
        Require(t.Labels is null or >= 1, "training.labels", t.Labels, "at least 1");
        Require(m.Codes >= 0, "model.codes", m.Codes, "0 or more");
        Require(t.Ema is null or (> 0 and < 1), "training.ema", t.Ema, "between 0 and 1, such as 0.999");
        Require(o.LogEvery >= 1, "output.log_every", o.LogEvery, "at least 1");
        Require(o.SampleEvery >= 1, "output.sample_every", o.SampleEvery, "at least 1");
        Require(o.CheckpointEvery >= 1, "output.checkpoint_every", o.CheckpointEvery, "at least 1");
        foreach ((string key, OptimizerSpec s) in new[] { ("generator_optimizer", t.GeneratorOptimizer), ("discriminator_optimizer", t.DiscriminatorOptimizer) })
        {
            Require(s.LearningRate > 0 && double.IsFinite(s.LearningRate), $"training.{key}.learning_rate", s.LearningRate, "above 0");
            Require(s.Beta1 is >= 0 and < 1, $"training.{key}.beta1", s.Beta1, "from 0 to below 1");
            Require(s.Beta2 is >= 0 and < 1, $"training.{key}.beta2", s.Beta2, "from 0 to below 1");
            Require(s.Alpha is >= 0 and < 1, $"training.{key}.alpha", s.Alpha, "from 0 to below 1");
            Require(s.Momentum is >= 0 and < 1, $"training.{key}.momentum", s.Momentum, "from 0 to below 1");
            Require(s.Epsilon > 0, $"training.{key}.epsilon", s.Epsilon, "above 0");
        }

        foreach (LeakyReluLayer l in m.Generator.Layers.Concat(m.Discriminator.Layers).OfType<LeakyReluLayer>())
            Require(l.Slope is >= 0 and < 1, "layer leaky_relu, slope", l.Slope, "from 0 to below 1");
        foreach (BatchNormLayer l in m.Generator.Layers.Concat(m.Discriminator.Layers).OfType<BatchNormLayer>())
            Require(l is { Epsilon: > 0, Momentum: > 0 and <= 1 }, "layer batch_norm, epsilon and momentum", $"{l.Epsilon}, {l.Momentum}", "above 0, and above 0 to 1");

        void Require(bool right, string key, object? value, string should)
        {
            if (!right)
                throw new FastGanException($"{file}: {key} is {value}, must be {should}");
        }
    }
}
