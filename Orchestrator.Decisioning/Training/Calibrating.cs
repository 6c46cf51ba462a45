using Orchestrator.Decisioning.Models;

namespace Orchestrator.Decisioning.Training;

/// <summary>Fits probabilities to outcomes, by Platt's method: logistic regression on the raw score, with his correction of the targets where frauds are few.</summary>
public static class Calibrating
{
    const int MaxSteps = 100;

    /// <summary>Fits; <see cref="Calibration.None"/> where a higher score does not mean more frauds.</summary>
    public static Calibration Fit(ReadOnlySpan<double> raw, ReadOnlySpan<bool> labels)
    {
        double frauds = labels.Count(true), genuine = labels.Length - frauds;
        var (high, low) = ((frauds + 1) / (frauds + 2), 1 / (genuine + 2));
        var (slope, offset) = (1.0, 0.0);
        var loss = Loss(raw, labels, high, low, slope, offset);
        for (var step = 0; step < MaxSteps; step++)
        {
            // Newton's step, halved until it makes things better.
            double g0 = 0, g1 = 0, h00 = 1e-9, h01 = 0, h11 = 1e-9;
            for (var i = 0; i < raw.Length; i++)
            {
                var p = 1 / (1 + Math.Exp(-((slope * raw[i]) + offset)));
                var (error, weight) = (p - (labels[i] ? high : low), p * (1 - p));
                g0 += error * raw[i];
                g1 += error;
                h00 += weight * raw[i] * raw[i];
                h01 += weight * raw[i];
                h11 += weight;
            }
            var determinant = (h00 * h11) - (h01 * h01);
            var (d0, d1) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            var size = 1.0;
            for (; size > 1e-6; size /= 2)
            {
                var better = Loss(raw, labels, high, low, slope - (size * d0), offset - (size * d1));
                if (!(better < loss))
                    continue;
                (slope, offset) = (slope - (size * d0), offset - (size * d1));
                (better, loss) = (loss, better);
                if (better - loss < 1e-10 * loss)
                    step = MaxSteps;
                break;
            }
            if (size <= 1e-6)
                break;
        }
        return slope > 0 && double.IsFinite(slope) && double.IsFinite(offset) ? new Calibration(slope, offset) : Calibration.None;
    }

    static double Loss(ReadOnlySpan<double> raw, ReadOnlySpan<bool> labels, double high, double low, double slope, double offset)
    {
        double loss = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var z = (slope * raw[i]) + offset;
            // log(1 + exp(z)) without overflow.
            loss += Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - ((labels[i] ? high : low) * z);
        }
        return loss;
    }
}
