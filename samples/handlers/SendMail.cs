using System.Net.Mail;
using System.Text;
using BatchPlatform.Worker.Handlers;
using Microsoft.Extensions.Options;

namespace BatchPlatform.Samples.Handlers;

/// <summary>The params of <c>mail/send</c>.</summary>
/// <param name="To">One address.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The mail.</param>
public sealed record Mail(string? To, string? Subject, string? Text);

/// <summary>
/// Sends a mail by leaving it in the folder that a mail server collects from. The file has the job's idempotency key for its name,
/// so a job that comes twice leaves one mail, not two.
/// </summary>
public sealed class SendMail(IOptions<PickupOptions> options) : IJobHandler
{
    /// <inheritdoc/>
    public async Task<object?> HandleAsync(JobCall call, CancellationToken cancellationToken)
    {
        var mail = call.ReadParams<Mail>();
        if (!MailAddress.TryCreate(mail.To, out var to))
        {
            throw new JobFailedException("'to' is no mail address.", "BAD_ADDRESS");
        }

        if (mail.Subject is not { Length: > 0 } subject || subject.Any(char.IsControl))
        {
            throw new JobFailedException("'subject' must be one line.", "BAD_SUBJECT");
        }

        await LeaveAsync(call.IdempotencyKey, Written(to, subject, mail.Text ?? ""), cancellationToken);
        return new { messageId = $"{call.IdempotencyKey}@batch.example.org" };
    }

    // Moved into place when it is whole: the mail server may look at any time.
    private async Task LeaveAsync(string key, string mail, CancellationToken cancellationToken)
    {
        var place = Path.Combine(options.Value.Folder, $"{key}.eml");
        try
        {
            await File.WriteAllTextAsync($"{place}.part", mail, cancellationToken);
            File.Move($"{place}.part", place, overwrite: true);
        }
        catch (IOException)
        {
            // The folder is full or not mounted: nothing was sent, and that may pass.
            throw new RetryJobException("The mail could not be left for the mail server.");
        }
    }

    private string Written(MailAddress to, string subject, string text) => string.Join("\r\n", [
        $"From: {options.Value.From}",
        $"To: {to.Address}",
        $"Subject: =?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject))}?=",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        "",
        Convert.ToBase64String(Encoding.UTF8.GetBytes(text), Base64FormattingOptions.InsertLineBreaks),
        ""]);
}
