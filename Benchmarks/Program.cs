using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(FastGan.Benchmarks.StepBenchmarks).Assembly).Run(args);
