using FastGan.Cli.Commands;
using FastGan.Cli.Options;
using FastGan.Cuda;

namespace FastGan.Cli;

/// <summary>From the arguments to the exit code. Whatever goes wrong is one line on stderr.</summary>
internal static class App
{
    public static int Run(string[] args)
    {
        try
        {
            switch (Arguments.Read(args))
            {
                case TrainOptions o:
                    return TrainCommand.Run(o);
                case ResumeOptions o:
                    return ResumeCommand.Run(o);
                case SampleOptions o:
                    return SampleCommand.Run(o);
                case InterpolateOptions o:
                    return InterpolateCommand.Run(o);
                case InvertOptions o:
                    return InvertCommand.Run(o);
                case ArithmeticOptions o:
                    return ArithmeticCommand.Run(o);
                case ControlOptions o:
                    return ControlCommand.Run(o);
                case InfoOptions o:
                    return InfoCommand.Run(o);
                case EvalOptions o:
                    return EvalCommand.Run(o);
                case BenchOptions o:
                    return BenchCommand.Run(o);
                case DistanceOptions o:
                    return DistanceCommand.Run(o);
                case DoctorOptions o:
                    return DoctorCommand.Run(o);
                case var text:
                    Console.WriteLine(text);
                    return ExitCode.Done;
            }
        }
        catch (FastGanException e)
        {
            return Fail(args, e, e.Message, ExitCode.BadInput);
        }
        catch (CudaException e)
        {
            return Fail(args, e, e.Message, e.IsMistake ? ExitCode.Unexpected : ExitCode.BadInput);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(args, e, $"{e.Message.TrimEnd('.')}: check that the path is right, that you may write there, and that the disk has room", ExitCode.BadInput);
        }
#pragma warning disable CA1031 // The last resort: one line instead of a stack, and an exit code that says that the mistake is ours.
        catch (Exception e)
        {
            string message = $"unexpected {e.GetType().Name}: {e.Message} (a mistake in fastgan; --verbose prints where)";
            return Fail(args, e, message, ExitCode.Unexpected);
        }
#pragma warning restore CA1031
    }

    /// <summary>A line about something that was left out or mended.</summary>
    public static void Warn(string message) => Console.Error.WriteLine($"warning: {OneLine(message)}");

    private static int Fail(string[] args, Exception e, string message, int code)
    {
        Console.Error.WriteLine($"fastgan: {OneLine(message)}");
        if (args.Contains("--verbose") || Environment.GetEnvironmentVariable("FASTGAN_TRACE") == "1")
            Console.Error.WriteLine(e);
        return code;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
