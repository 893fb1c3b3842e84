using System.Security.Cryptography;
using BatchPlatform.Client;

namespace BatchPlatform.CommandLine;

/// <summary>Brings the jobs of a file into a batch, each of them once, also when it is tried again after it broke off.</summary>
internal sealed class Submission(BatchPlatformClient platform, JobFile jobs)
{
    /// <summary>As the user named it.</summary>
    public string File => jobs.Path;

    /// <summary>Creates the batch, without its jobs.</summary>
    /// <param name="batch">How.</param>
    /// <param name="validate">Have the jobs checked, and leave no batch when one cannot be taken.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BadInputException">Standard input cannot be checked: it can be read only once.</exception>
    public async Task<Batch> CreateAsync(NewBatch batch, bool validate, CancellationToken cancellationToken)
    {
        if (validate && jobs.IsStandardInput)
        {
            throw new BadInputException("--validate needs a file: standard input can be read only once.");
        }

        var created = await platform.Batches.CreateAsync(batch, cancellationToken);
        if (validate)
        {
            await ValidateAsync(created.Id, cancellationToken);
        }

        return created;
    }

    /// <summary>Adds the jobs that the batch does not have yet.</summary>
    public Task UploadAsync(Batch batch, Stream input, Action<StepProgress> progress, CancellationToken cancellationToken) =>
        jobs.HasLines ? UploadLinesAsync(batch, input, progress, cancellationToken) : UploadBodyAsync(batch, progress, cancellationToken);

    private async Task UploadLinesAsync(Batch batch, Stream input, Action<StepProgress> progress, CancellationToken cancellationToken)
    {
        var options = new UploadOptions { Id = await IdAsync(batch.Id, cancellationToken), Skip = batch.Counts.Total };
        await input.ReadWithProgressAsync(platform.Jobs.AddLinesAsync(batch.Id, input, options, cancellationToken), progress, cancellationToken);
    }

    // Taken whole or not at all.
    private async Task UploadBodyAsync(Batch batch, Action<StepProgress> progress, CancellationToken cancellationToken)
    {
        if (batch.Counts.Total == 0)
        {
            var id = await IdAsync(batch.Id, cancellationToken);
            progress(new StepProgress("Submitting", "bytes", 0, 0));
            await platform.Jobs.AddBodyAsync(batch.Id, jobs.Open, jobs.ContentType, id, cancellationToken);
        }
    }

    private async Task ValidateAsync(Guid batch, CancellationToken cancellationToken)
    {
        try
        {
            await platform.Jobs.CheckBodyAsync(batch, jobs.Open, jobs.ContentType, cancellationToken);
        }
        catch (BatchPlatformException)
        {
            await platform.Batches.DeleteAsync(batch, cancellationToken: CancellationToken.None);
            throw;
        }
    }

    // Of batch and content: what was sent and not answered is sent again under the same key, and what was mended since under another.
    private async Task<string> IdAsync(Guid batch, CancellationToken cancellationToken)
    {
        if (jobs.IsStandardInput)
        {
            return $"bp-{batch:N}";
        }

        await using var file = jobs.Open();
        return $"bp-{batch:N}-{Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken))}";
    }
}
