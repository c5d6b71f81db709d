using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("FastGan.Tests")]
