using System.Globalization;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models;

/// <summary>A feature's value as a sentence that a case worker can read, made from its definition: a new feature speaks without being taught to.</summary>
public static class FeatureSentence
{
    /// <summary>The sentence.</summary>
    public static string Of(FeatureDefinition d, float value, TimeSpan labelDelay)
    {
        var key = d.Key.Name();
        var window = Window(d, labelDelay);
        if (value == FeatureDefinition.Missing && d.Measure != Measure.AmountDeviations)
            return Unknown(d, key);
        return d.Measure switch
        {
            Measure.Amount => $"The amount is {Money(value)}.",
            Measure.Night => value > 0 ? "It happened at night." : "It did not happen at night.",
            Measure.Weekend => value > 0 ? "It happened on a weekend." : "It did not happen on a weekend.",
            Measure.HourOfDay => $"It happened at {(int)value:00}:{(int)(value % 1 * 60):00} UTC.",
            Measure.Count => $"The {key} had {Number(value)} {Events(d.Only, value)} {window}.",
            Measure.Sum => $"The {key}'s {Events(d.Only, 2)} {window} come to {Money(value)}.",
            Measure.Mean => $"The {key}'s {Events(d.Only, 2)} {window} are of {Money(value)} on average.",
            Measure.Deviation => $"The {key}'s amounts {window} spread by {Money(value)}.",
            Measure.Share => $"Of the {key}'s transactions {window}, {Percent(value)} were {Events(d.Only, 2)}.",
            Measure.AmountToMean => $"The amount is {Number(value)} times the mean of the {key}'s other amounts {window}.",
            Measure.AmountDeviations => $"The amount is {Number(Math.Abs(value))} standard deviations {(value < 0 ? "below" : "above")} the mean of the {key}'s other amounts {window}.",
            Measure.Median => $"The median of the account's last {KeyPlan.MedianAmounts} amounts is {Money(value)}.",
            Measure.AmountToMedian => $"The amount is {Number(value)} times the median of the account's last {KeyPlan.MedianAmounts} amounts.",
            Measure.MeanToMedian => $"The account's mean amount {window} is {Number(value)} times its usual one.",
            Measure.SecondsSinceLast => $"The {key}'s transaction before was {Duration(value)} earlier.",
            Measure.AgeDays => $"The account is {Days(value)} old.",
            Measure.IsNew => value > 0 ? $"The account meets this {key} for the first time." : $"The account has met this {key} before.",
            Measure.KnownDays => $"The account has known this {key} for {Days(value)}.",
            Measure.Speed => $"From its place before, the account would have travelled at {Number(value)} km/h.",
            Measure.Distance => $"It is {Number(value)} km away from the account's place before.",
            Measure.RunLength => $"The {key}'s newest labelled transactions include {Number(value)} {Events(d.Only, value)} in a row.",
            Measure.RunAgeDays => $"The {key}'s newest row of {Events(d.Only, 2)} began {Days(value)} ago.",
            Measure.RunStartAgeDays => $"The {key}'s last genuine transaction before its newest row of {Events(d.Only, 2)} was {Days(value)} ago.",
            Measure.LastAgeDays => $"The {key}'s last {Events(d.Only, 1)} was {Days(value)} ago.",
            Measure.SinceRun => $"The {key} had {Number(value)} genuine transaction{(value == 1 ? "" : "s")} since its newest row of {Events(d.Only, 2)}.",
            _ => Supplied(d.Name, value),
        };
    }

    static string Supplied(string name, float value) => name switch
    {
        ActivityFeatureNames.SecondsSinceLogin => $"The account's owner had logged in {Duration(value)} before.",
        ActivityFeatureNames.PagesInSession => $"The account's owner had looked at {Units(value, "page")} of the session.",
        ActivityFeatureNames.NewDevice => value > 0 ? "The account's owner is on a device that was not seen before." : "The account's owner is on a device that was seen before.",
        ActivityFeatureNames.SessionsInHour => $"The account's owner had {Units(value, "session")} within 1 hour.",
        _ => $"{name.Replace('_', ' ')}: {Number(value)}.",
    };

    static string Unknown(FeatureDefinition d, string key) => d.Measure switch
    {
        Measure.Median or Measure.AmountToMedian or Measure.MeanToMedian or Measure.AmountToMean => "The account has too few amounts to compare with.",
        Measure.SecondsSinceLast => $"The {key} has no transaction before.",
        Measure.RunAgeDays or Measure.RunStartAgeDays or Measure.LastAgeDays or Measure.SinceRun => $"The {key} has no {Events(d.Only, 2)}.",
        Measure.Speed or Measure.Distance => "No place is known to come from.",
        Measure.Supplied when ActivityFeatureNames.Description(d.Name) is not null => "What the account's owner did before is not known.",
        Measure.Supplied => $"{d.Name.Replace('_', ' ')} is not known.",
        _ => $"Of the {key} too little is known.",
    };

    static string Window(FeatureDefinition d, TimeSpan labelDelay) =>
        d.Delayed ? $"in the {Length(d.Window)} up to {Length(labelDelay)} ago" : $"within {Length(d.Window)}";

    static string Events(Only only, float count)
    {
        var plural = count == 1 ? "" : "s";
        return only switch
        {
            Only.High => $"transaction{plural} of high amounts",
            Only.VeryHigh => $"transaction{plural} of very high amounts",
            Only.Fraud => $"known fraud{plural}",
            Only.UnexplainedFraud => $"known fraud{plural} of usual amounts",
            _ => $"transaction{plural}",
        };
    }

    static string Length(TimeSpan span) =>
        span.TotalDays >= 1 ? Units(span.TotalDays, "day") : span.TotalHours >= 1 ? Units(span.TotalHours, "hour") : Units(span.TotalMinutes, "minute");

    static string Duration(float seconds) =>
        seconds < 120 ? Units(seconds, "second") : seconds < 7200 ? Units(seconds / 60, "minute") : seconds < 172_800 ? Units(seconds / 3600, "hour") : Units(seconds / 86_400, "day");

    static string Days(float days) => days < 2 ? Units(days * 24, "hour") : Units(days, "day");

    static string Units(double count, string unit) => $"{Number(count)} {unit}{(Number(count) == "1" ? "" : "s")}";

    static string Money(float value) => value.ToString("N2", CultureInfo.InvariantCulture);

    static string Percent(float value) => (value * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    static string Number(double value) => value.ToString("#,0.#", CultureInfo.InvariantCulture);
}
