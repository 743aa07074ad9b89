using System.Globalization;

namespace Scheduler.Web.Api.Bodies;

/// <summary>One spelling for equal JSON numbers, exact at any size: <c>1</c>, <c>1.0</c> and <c>10e-1</c> give <c>1e0</c>.</summary>
internal static class CanonicalNumber
{
    /// <summary>Exponents beyond this many digits are kept as written: nobody computes with them.</summary>
    private const int MaxExponentDigits = 15;

    /// <param name="json">A number as JSON spells it.</param>
    public static string Of(string json)
    {
        var negative = json[0] == '-';
        var text = negative ? json.AsSpan(1) : json;
        var e = text.IndexOfAny('e', 'E');
        var mantissa = e < 0 ? text : text[..e];
        var exponent = e < 0 ? "0" : text[(e + 1)..];

        var point = mantissa.IndexOf('.');
        var digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        var significant = digits.TrimStart('0');
        if (significant.Length == 0)
            return "0";
        var trimmed = significant.TrimEnd('0');
        var sign = negative ? "-" : "";
        var shift = significant.Length - trimmed.Length - (point < 0 ? 0 : mantissa.Length - point - 1);
        var magnitude = exponent.TrimStart("+-").TrimStart('0');
        if (magnitude.Length > MaxExponentDigits)
            return $"{sign}{digits}e{(exponent[0] == '-' ? "-" : "")}{magnitude}";
        var power = long.Parse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) + shift;
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{trimmed}e{power}");
    }
}
