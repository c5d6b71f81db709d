using System.Diagnostics;

namespace FastGan.Measuring;

/// <summary>How long something takes that can be done again and again.</summary>
public static class Timing
{
    /// <summary>Seconds of one call.</summary>
    public static double Of(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>
    /// Calls for half of the time to warm up, so that the compiler is done and caches are full, then for <paramref name="seconds"/>.
    /// What takes longer than that is called but once.
    /// </summary>
    /// <param name="time">Does it once, and returns the seconds it took.</param>
    /// <returns>The times, shortest first.</returns>
    public static double[] Repeat(double seconds, Func<double> time)
    {
        double[] warmUp = During(seconds / 2, time);
        return warmUp[0] > seconds ? warmUp : During(seconds, time);
    }

    public static double Median(double[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    private static double[] During(double seconds, Func<double> time)
    {
        List<double> times = [];
        long start = Stopwatch.GetTimestamp();
        do
        {
            times.Add(time());
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        times.Sort();
        return [.. times];
    }
}
