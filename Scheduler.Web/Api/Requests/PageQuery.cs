using System.Diagnostics.CodeAnalysis;
using Scheduler.Web.Api.Answers;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Requests;

/// <summary>The parameters of a paged list: <c>limit</c> and <c>cursor</c>.</summary>
/// <param name="After">The store's position to go on from; null = the beginning.</param>
internal readonly record struct PageQuery(int Limit, string? After)
{
    public static readonly string[] Names = ["limit", "cursor"];

    private const int DefaultLimit = 50, MaxLimit = 500;

    /// <summary>For a list that takes no other parameter. False, with the problem, where one is wrong.</summary>
    /// <param name="positionOf">The list's own position out of a cursor's text; null = it never gave such a one.</param>
    public static bool TryRead(HttpRequest request, out PageQuery page, [NotNullWhen(false)] out ApiProblem? refused, Func<string, string?>? positionOf = null)
    {
        var query = new QueryValues(request.Query);
        query.RefuseOthers(Names);
        page = Read(query, positionOf);
        refused = query.Refused;
        return refused is null;
    }

    /// <summary>What is wrong is kept in <paramref name="query"/>.</summary>
    public static PageQuery Read(QueryValues query, Func<string, string?>? positionOf = null)
    {
        string? after = null;
        var limit = query.Integer("limit", 1, MaxLimit, DefaultLimit);
        query.Text("cursor", text => TryRead(text, positionOf, out after), "must be the nextCursor of an earlier page");
        return new PageQuery(limit, after);
    }

    private static bool TryRead(string cursor, Func<string, string?>? positionOf, [NotNullWhen(true)] out string? position)
    {
        if (Cursor.TryRead(cursor, out position) && positionOf is not null)
            position = positionOf(position);
        return position is not null;
    }
}
