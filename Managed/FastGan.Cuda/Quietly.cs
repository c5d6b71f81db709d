namespace FastGan.Cuda;

/// <summary>For giving things back: after a fault on the device every call fails, and the first failure is the one to be told.</summary>
internal static class Quietly
{
    public static void Do(Action giveBack)
    {
        try
        {
            giveBack();
        }
        catch (CudaException)
        {
        }
    }
}
