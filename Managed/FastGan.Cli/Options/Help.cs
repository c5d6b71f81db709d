using System.Reflection;
using CommandLine;
using CommandLine.Text;

namespace FastGan.Cli.Options;

/// <summary>What --help and --version print.</summary>
internal static class Help
{
    private const int Width = 100;

    public static string Version { get; } =
        $"fastgan {typeof(Help).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0]}";

    public static string Overview { get; } = $"""
        {Version}: train GANs from one command, on any machine

          fastgan train dcgan                    train on the bundled images of clothes
          fastgan train cgan --data my/photos    on your own, with a sub-folder for each class
          fastgan train wgan --steps 500 --seed 7 --out runs/try
          fastgan resume runs/dcgan              go on where a run stopped
          fastgan sample runs/dcgan --out new.png
          fastgan interpolate runs/dcgan --from 1:0 --to 1:1
          fastgan invert runs/dcgan shoe.png     the latent that makes an image of one's own
          fastgan arithmetic "1:3 - class:coat + class:dress" runs/dcgan
          fastgan control runs/dcgan             directions that change one thing about the images
          fastgan info runs/dcgan                networks layer by layer, optimizers, progress
          fastgan eval runs/dcgan                how good it is, beside real images and noise
          fastgan distance fashion-mnist my/photos   how far apart two sets of images are
          fastgan bench dcgan --profile          how fast, and where the time goes
          fastgan doctor                         can it train on this machine's GPU, and if not, why not

        Verbs
          train     train a preset (dcgan, wgan-gp, cgan, ...), or the run of a config.json
          resume    go on exactly where a run stopped
          sample    draw new images; needs nothing but the checkpoint
          interpolate, invert, arithmetic, control
                    work with the latents of a trained generator
          info      describe a run, a checkpoint or a data set
          eval      score a trained generator beside held-out real images and noise
          distance  measure how far apart two sets of samples are
          bench     measure training speed, or single operations, on this machine
          doctor    look whether training on an NVIDIA GPU works, and say what is missing

        fastgan VERB --help lists a verb's options and their defaults; --version prints the version.
        Ctrl-C ends training at the next step with a checkpoint; a second Ctrl-C ends it at once.
        Exit code: 0 done, 2 input that can't be used, 130 interrupted, 1 a mistake in fastgan; of doctor, 1 no GPU.
        """;

    /// <summary>The options of the verb that was given.</summary>
    public static string Of(ParserResult<object> result) => HelpText.AutoBuild(
        result,
        help =>
        {
            Type verb = result.TypeInfo.Current;
            string name = verb.GetCustomAttribute<VerbAttribute>()!.Name;
            ValueAttribute value = verb.GetProperties().Select(p => p.GetCustomAttribute<ValueAttribute>()).First(v => v is { Index: 0 })!;
            help.Heading = $"fastgan {name} <{value.MetaName}> [options]";
            help.Copyright = verb.GetCustomAttribute<VerbAttribute>()!.HelpText;
            help.AddPreOptionsLine($"{Environment.NewLine}<{value.MetaName}>: {value.HelpText}");
            help.AdditionalNewLineAfterOption = false;
            help.AutoVersion = false;
            return help;
        },
        example => example,
        maxDisplayWidth: Width);
}
