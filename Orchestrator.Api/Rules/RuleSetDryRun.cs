using System.Text.Json;
using Orchestrator.Api.Balances;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Api.Rules;

/// <summary>Fills the input of a dry run from JSON; what does not fit is named.</summary>
static class RuleSetDryRun
{
    const int MaxText = 512;

    public static RuleInput Input(TestRuleSetRequest request, RuleSchema schema, ContractErrors errors)
    {
        var input = new RuleInput(schema);
        foreach (var (name, value) in request.Input)
        {
            if (Slot(name, $"input.{name}", schema, errors) is { } slot)
                Set(input, slot, value, $"input.{name}", errors);
        }
        foreach (var name in request.Unavailable ?? [])
        {
            if (Slot(name, "unavailable", schema, errors) is { } slot)
                input.SetUnavailable(slot);
        }
        if (request.ModelScore is < 0 or > 1_000)
            errors.Add("out_of_range", "modelScore", "from 0 to 1000");
        if (request.At is { } at)
            errors.Instant(at, "at");
        return input;
    }

    static bool IsText(JsonElement value)
    {
        try
        {
            return value.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    static RuleSlot? Slot(string? name, string field, RuleSchema schema, ContractErrors errors)
    {
        if (name is not null && schema.TryFind(name, out var slot))
            return slot;
        errors.Add("unknown_name", field.Length <= 100 ? field : field[..100], "a field of the message or a feature; /v1/rulesets/names has them");
        return null;
    }

    static void Set(RuleInput input, RuleSlot slot, JsonElement value, string field, ContractErrors errors)
    {
        switch (slot.Type, value.ValueKind)
        {
            // An escape may stand for half a character, and that is no text.
            case (_, JsonValueKind.String) when !IsText(value):
                errors.Add("wrong_type", field, "a text of whole characters");
                break;
            case (_, JsonValueKind.Null):
                break;
            case (RuleType.Number, JsonValueKind.Number) when value.TryGetDouble(out var number) && double.IsFinite(number):
                input.Set(slot, number);
                break;
            case (RuleType.Boolean, JsonValueKind.True or JsonValueKind.False):
                input.Set(slot, value.GetBoolean());
                break;
            case (RuleType.Text, JsonValueKind.String):
                errors.Text(value.GetString(), field, MaxText);
                input.Set(slot, value.GetString());
                break;
            case (RuleType.Time, JsonValueKind.String):
                input.Set(slot, QueryValues.Instant(value.GetString(), field, errors));
                break;
            default:
                errors.Add("wrong_type", field, $"a {JsonNamingPolicy.CamelCase.ConvertName($"{slot.Type}")}");
                break;
        }
    }
}
