using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>Where an account's saga is stored: migrations/0064_account_sagas.sql.</summary>
public sealed class AccountSagaMap : IEntityTypeConfiguration<AccountSaga>
{
    /// <inheritdoc />
    public void Configure(EntityTypeBuilder<AccountSaga> builder)
    {
        builder.ToTable("account", "sagas");
        builder.HasKey(s => s.CorrelationId);
        builder.Property(s => s.CorrelationId).HasColumnName("saga_id").ValueGeneratedNever();
        builder.Property(s => s.Version).HasColumnName("version");
        builder.Property(s => s.CurrentState).HasColumnName("state");
        builder.Property(s => s.AccountId).HasColumnName("account_id");
        Json(builder.Property(s => s.Application).HasColumnName("application"), SagasJson.Default.OpenAccount);
        builder.Property(s => s.ApplicantName).HasColumnName("applicant_name");
        Json(builder.Property(s => s.Identity).HasColumnName("identity"), SagasJson.Default.ListString);
        builder.Property(s => s.Screened).HasColumnName("screened");
        builder.Property(s => s.Identified).HasColumnName("identified");
        Json(builder.Property(s => s.Findings).HasColumnName("findings"), SagasJson.Default.ListString);
        builder.Property(s => s.Outcome).HasColumnName("outcome");
        builder.Property(s => s.Reason).HasColumnName("reason");
        Json(builder.Property(s => s.Alerts).HasColumnName("alerts"), SagasJson.Default.ListCountedAlert);
        builder.Property(s => s.AlertsFrom).HasColumnName("alerts_from");
        builder.Property(s => s.StatusAt).HasColumnName("status_at");
        builder.Property(s => s.Ending).HasColumnName("ending");
        builder.Property(s => s.Step).HasColumnName("step");
        builder.Property(s => s.CommandId).HasColumnName("command_id");
        builder.Property(s => s.CommandReason).HasColumnName("command_reason");
        builder.Property(s => s.StepAt).HasColumnName("step_at");
        builder.Property(s => s.Repeats).HasColumnName("repeats");
        builder.Property(s => s.DeadlineAt).HasColumnName("deadline_at");
        builder.Property(s => s.TimerToken).HasColumnName("timer_token");
        builder.Property(s => s.UpdatedAt).HasColumnName("updated_at");
        builder.Property(s => s.EndedAt).HasColumnName("ended_at");
        Json(builder.Property(s => s.Timeline).HasColumnName("timeline"), SagasJson.Default.ListTimelineEntry);
    }

    // Nothing tracks changes: the lane knows what it touched.
    static void Json<T>(PropertyBuilder<T> property, JsonTypeInfo json) => property.HasColumnType("jsonb").HasConversion(
        new ValueConverter<T, string>(value => JsonSerializer.Serialize(value, json), text => (T)JsonSerializer.Deserialize(text, json)!),
        new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => 0, value => value));
}
