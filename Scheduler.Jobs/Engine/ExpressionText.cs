using System.Text.Json;

namespace Scheduler.Jobs.Engine;

/// <summary>How people see a Hangfire expression.</summary>
internal static class ExpressionText
{
    /// <summary><c>Acme.Mailer, Acme</c> and <c>Send</c> give <c>Mailer.Send</c>; shared.lua's type_of does the same.</summary>
    public static string NameOf(InvocationFields invocation)
    {
        var fullName = invocation.Type.Split(',')[0];
        return fullName[(fullName.LastIndexOfAny(['.', '+']) + 1)..] + "." + invocation.Method;
    }

    /// <summary>Hangfire stores an array of JSON texts; people want to see an array of values.</summary>
    public static string ArgumentsOf(InvocationFields invocation)
    {
        try
        {
            var texts = JsonSerializer.Deserialize<string?[]>(invocation.Arguments) ?? [];
            using var all = JsonDocument.Parse("[" + string.Join(',', texts.Select(t => t ?? "null")) + "]");
            return all.RootElement.GetRawText();
        }
        catch (JsonException)
        {
            return "[]";
        }
    }
}
