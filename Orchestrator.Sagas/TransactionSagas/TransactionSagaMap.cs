using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>Where a transaction is stored: migrations/0010_sagas.sql and 0062_saga_machine_version.sql.</summary>
public sealed class TransactionSagaMap : IEntityTypeConfiguration<TransactionSaga>
{
    /// <inheritdoc />
    public void Configure(EntityTypeBuilder<TransactionSaga> builder)
    {
        builder.ToTable("transaction", "sagas");
        builder.HasKey(s => s.CorrelationId);
        builder.Property(s => s.CorrelationId).HasColumnName("transaction_id").ValueGeneratedNever();
        builder.Property(s => s.Version).HasColumnName("version");
        builder.Property(s => s.CurrentState).HasColumnName("state");
        builder.Property(s => s.SourceAccountId).HasColumnName("source_account_id");
        builder.Property(s => s.DestinationAccountId).HasColumnName("destination_account_id");
        builder.Property(s => s.AmountMinor).HasColumnName("amount_minor");
        builder.Property(s => s.Currency).HasColumnName("currency");
        builder.Property(s => s.Kind).HasColumnName("kind").HasConversion<string>();
        builder.Property(s => s.Verdict).HasColumnName("verdict").HasConversion<string>();
        builder.Property(s => s.Score).HasColumnName("score");
        builder.Property(s => s.Findings).HasColumnName("findings");
        builder.Property(s => s.CancelRequested).HasColumnName("cancel_requested");
        builder.Property(s => s.CancelReason).HasColumnName("cancel_reason");
        builder.Property(s => s.HoldId).HasColumnName("hold_id");
        builder.Property(s => s.HoldPlacedAt).HasColumnName("hold_placed_at");
        builder.Property(s => s.Ending).HasColumnName("ending");
        builder.Property(s => s.Reason).HasColumnName("reason");
        builder.Property(s => s.SubmittedAt).HasColumnName("submitted_at");
        builder.Property(s => s.StepAt).HasColumnName("step_at");
        builder.Property(s => s.Repeats).HasColumnName("repeats");
        builder.Property(s => s.DeadlineAt).HasColumnName("deadline_at");
        builder.Property(s => s.TimerToken).HasColumnName("timer_token");
        builder.Property(s => s.TimerDueAt).HasColumnName("timer_due_at");
        builder.Property(s => s.UpdatedAt).HasColumnName("updated_at");
        builder.Property(s => s.EndedAt).HasColumnName("ended_at");
        builder.Property(s => s.Timeline).HasColumnName("timeline").HasColumnType("jsonb").HasConversion(Json, ByReference);
        builder.Property(s => s.MachineVersion).HasColumnName("machine_version");
        builder.Property(s => s.Undo).HasColumnName("undo").HasConversion<short>();
        builder.Property(s => s.Details).HasColumnName("details").HasColumnType("jsonb").HasConversion(DetailsJson, DetailsByReference);
        builder.Ignore(s => s.Acts);
        builder.Ignore(s => s.Beyond);
        builder.Ignore(s => s.MovedMinor);
    }

    // Neither is asked for null.
    static readonly ValueConverter<TransactionDetails?, string> DetailsJson = new(
        details => JsonSerializer.Serialize(details!, SagasJson.Default.TransactionDetails),
        json => JsonSerializer.Deserialize(json, SagasJson.Default.TransactionDetails));

    static readonly ValueComparer<TransactionDetails?> DetailsByReference = new((a, b) => ReferenceEquals(a, b), details => 0, details => details);

    static readonly ValueConverter<List<TimelineEntry>, string> Json = new(
        entries => JsonSerializer.Serialize(entries, SagasJson.Default.ListTimelineEntry),
        json => JsonSerializer.Deserialize(json, SagasJson.Default.ListTimelineEntry)!);

    // Nothing tracks changes: the lane knows what it touched.
    static readonly ValueComparer<List<TimelineEntry>> ByReference = new((a, b) => ReferenceEquals(a, b), list => list.Count, list => list);
}
