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
        const int Size = 3;
        bool fail = true;
        int running = 0, passed = 0;
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

            fail = false;
            team.Run();
            Assert.AreEqual(Size, passed);
        }

        void Work(int index)
        {
            Interlocked.Increment(ref running);
            try
            {
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
