// Makes the golden values of the parity test with libtorch: see ../README.md.
//
//   dotnet run -c Release --project Tests/Golden/Generator [-- folder]

using FastGan;
using FastGan.Data;
using FastGan.Gans;
using FastGan.Models;
using FastGan.Reference;
using FastGan.Tests.Golden;

string folder = args is [string given] ? given : "Tests/Golden";
if (!File.Exists(Path.Combine(folder, "ParityTests.cs")))
{
    Console.Error.WriteLine($"'{folder}' isn't the folder of the golden values: run this in the repository's root");
    return 2;
}

TorchLibrary.MakeLoadable();
TorchSharp.torch.set_num_threads(1);
foreach ((string name, RunConfig config) in Cases.All())
{
    Dataset data = Cases.Data(config);
    GoldenFile file = new();
    file.Add("images", data.Shape, data.Images.Select(v => (double)v));
    file.Add("labels", data.Labels!);

    using ReferenceDevice device = new();
    Gan gan = new(config, data);
    TorchNet Start(Net net, NetSpec spec, uint stream)
    {
        device.Allocate(net.Weights.Storage);
        net.Initialise(device, config.Training.Seed, stream);
        TorchNet torch = new(net, spec, device.Read<double>(net.Weights));
        torch.SaveWeights(file, "initial.");
        return torch;
    }

    TorchNet g = Start(gan.Generator, config.Model.Generator, RandomNumbers.InitGenerator);
    TorchNet d = Start(gan.Discriminator, config.Model.Discriminator, RandomNumbers.InitDiscriminator);
    TorchRun run = new(config, data, g, d, file);
    for (int step = 0; step < config.Training.Steps; step++)
        run.Step(step);

    string path = Path.Combine(folder, name);
    file.Save(path + ".safetensors");
    File.WriteAllText(path + ".json", ConfigFile.Write(config));
    Console.WriteLine($"{path}.safetensors  {new FileInfo(path + ".safetensors").Length} bytes");
}

return 0;
