using FastGan.Cpu;

namespace FastGan.Tests.Cpu;

[TestClass]
public sealed class TeamTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    public void EveryRunCallsEveryMemberOnce(int size)
    {
        const int Runs = 500;
        int[] calls = new int[size];
        using Team team = new(size, i => calls[i]++);
        for (int run = 0; run < Runs; run++)
            team.Run();
        CollectionAssert.AreEqual(Enumerable.Repeat(Runs, size).ToArray(), calls);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(5)]
    public void SyncShowsWhatAllOthersWrote(int size)
    {
        const int Phases = 500;
        int[] written = new int[size];
        int wrong = 0;
        Team? team = null;
        using (team = new Team(size, Work))
            team.Run();
        Assert.AreEqual(0, wrong);

        void Work(int index)
        {
            for (int phase = 1; phase <= Phases; phase++)
            {
                written[index] = phase;
                team!.Sync();
                if (written.Any(w => w != phase))
                    Interlocked.Increment(ref wrong);
                team.Sync();
            }
        }
    }

    /// <summary>Loops with nobody waiting between them, so that some members are ahead and some behind.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(5)]
    public void EachIterationOfASharedLoopIsDoneOnce(int size)
    {
        int[] counts = [1000, 0, 1, 3, 17, 100, 4, 50_000];
        const int Runs = 200;
        int[][] done = [.. counts.Select(count => new int[count])];
        Team? team = null;
        using (team = new Team(size, Work))
        {
            for (int run = 1; run <= Runs; run++)
            {
                team.Run();
                Assert.IsTrue(done.All(times => times.All(t => t == run)));
            }
        }

        void Work(int index)
        {
            for (int i = 0; i < counts.Length; i++)
            {
                for (SharedLoop loop = team!.Loop(index, counts[i], most: 1 << 12); loop.Next(out int from, out int to);)
                {
                    for (; from < to; from++)
                        Interlocked.Increment(ref done[i][from]);
                }
            }
        }
    }

    [TestMethod]
    public void OthersDoWhatAMemberHasNoTimeFor()
    {
        const int Size = 3, Count = 300, Most = 10;
        int done = 0, slow = 0;
        Team? team = null;
        using (team = new Team(Size, Work))
            team.Run();
        Assert.AreEqual(Count, done);
        Assert.AreEqual(Most, slow);

        void Work(int index)
        {
            // The first member has a piece before the others begin, and isn't done with it until they have done everything else.
            if (index != 0)
                Await(() => Volatile.Read(ref slow) > 0);
            for (SharedLoop loop = team!.Loop(index, Count, Most); loop.Next(out int from, out int to);)
            {
                if (index == 0)
                {
                    Interlocked.Add(ref slow, to - from);
                    Await(() => Volatile.Read(ref done) == Count - Most);
                }

                Interlocked.Add(ref done, to - from);
            }
        }

        static void Await(Func<bool> condition) => Assert.IsTrue(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)));
    }

    [TestMethod]
    public void ScratchIsOneBlockForAllAndGrows()
    {
        const int Size = 3;
        long bytes = 0;
        nint[] blocks = new nint[Size];
        Team? team = null;
        using (team = new Team(Size, Work))
        {
            foreach (long size in new long[] { 64, 1 << 20, 1000 })
            {
                bytes = size;
                team.Run();
                Assert.AreNotEqual(0, blocks[0]);
                Assert.AreEqual(0, blocks[0] % 64);
                Assert.IsTrue(blocks.All(b => b == blocks[0]), string.Join(' ', blocks));
            }
        }

        unsafe void Work(int index)
        {
            blocks[index] = (nint)team!.Scratch(bytes);
            ((byte*)blocks[index])[bytes - 1 - index] = 1;
        }
    }

    /// <summary>A block that has been large enough is the same in every later operation: no member writes what another one wrote before.</summary>
    [TestMethod]
    public void OwnScratchIsAMembersAloneAndStays()
    {
        const int Size = 3, Large = 1 << 20;
        long bytes = 0;
        nint[] blocks = new nint[Size];
        Team? team = null;
        using (team = new Team(Size, Work))
        {
            bytes = Large;
            team.Run();
            nint[] first = [.. blocks];
            Assert.IsTrue(first.All(b => b != 0 && b % 64 == 0), string.Join(' ', first));
            foreach ((nint one, nint other) in first.Order().Zip(first.Order().Skip(1)))
                Assert.IsGreaterThanOrEqualTo(Large, other - one);
            bytes = 1000;
            team.Run();
            CollectionAssert.AreEqual(first, blocks);
        }

        unsafe void Work(int index)
        {
            blocks[index] = (nint)team!.OwnScratch(index, bytes);
            ((byte*)blocks[index])[bytes - 1] = 1;
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public void AFailureEndsTheRunOfAllAndTheTeamGoesOn(int failing)
    {
        const int Size = 3, Iterations = 100;
        bool fail = true;
        int running = 0, passed = 0, iterations = 0;
        Team? team = null;
        using (team = new Team(Size, Work))
        {
            for (int attempt = 0; attempt < 20; attempt++)
            {
                InvalidOperationException e = Assert.ThrowsExactly<InvalidOperationException>(team.Run);
                Assert.AreEqual("broken", e.InnerException!.Message);
                Assert.AreEqual(0, running);
                Assert.AreEqual(0, passed);
            }

            (fail, iterations) = (false, 0);
            team.Run();
            Assert.AreEqual(Size, passed);
            Assert.AreEqual(Iterations, iterations);
        }

        int Loop(int index)
        {
            SharedLoop loop = team!.Loop(index, Iterations, 1);
            int count = loop.Next(out _, out _) ? 1 : 0;
            if (!fail)
            {
                Assert.AreEqual(1, count, "everyone has a part of its own");
                team.Sync();
            }

            while (loop.Next(out _, out _))
                count++;
            return count;
        }

        void Work(int index)
        {
            Interlocked.Increment(ref running);
            try
            {
                // A failure leaves members with different numbers of loops done.
                if (!fail || index != failing)
                    Interlocked.Add(ref iterations, Loop(index));
                team!.Sync();
                if (fail && index == failing)
                    throw new ArgumentException("broken");
                Thread.Sleep(fail ? index : 0);
                team.Sync();
                Interlocked.Increment(ref passed);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }

    [TestMethod]
    public void SleepingMembersWake()
    {
        int calls = 0;
        using Team team = new(2, _ => Interlocked.Increment(ref calls));
        for (int run = 0; run < 3; run++)
        {
            Thread.Sleep(30);
            team.Run();
        }

        Assert.AreEqual(6, calls);
    }

    [TestMethod]
    public void ADisposedTeamHasNoThreadsAndRefusesToRun()
    {
        HashSet<Thread> threads = [];
        Team team = new(3, _ =>
        {
            lock (threads)
                threads.Add(Thread.CurrentThread);
        });
        team.Run();
        team.Dispose();
        team.Dispose();
        Assert.AreEqual(2, threads.Count(t => t != Thread.CurrentThread && !t.IsAlive));
        Assert.ThrowsExactly<ObjectDisposedException>(team.Run);
    }
}
