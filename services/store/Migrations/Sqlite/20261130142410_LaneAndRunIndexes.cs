using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchPlatform.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class LaneAndRunIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_lanes_open",
                table: "lanes");

            migrationBuilder.CreateIndex(
                name: "ix_runs_batch_root",
                table: "runs",
                columns: new[] { "batch", "root" });

            migrationBuilder.CreateIndex(
                name: "ix_lanes_runnable",
                table: "lanes",
                columns: new[] { "tenant", "namespace", "priority", "batch", "run" },
                descending: new[] { false, false, true, false, false },
                filter: "active AND open");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_runs_batch_root",
                table: "runs");

            migrationBuilder.DropIndex(
                name: "ix_lanes_runnable",
                table: "lanes");

            migrationBuilder.CreateIndex(
                name: "ix_lanes_open",
                table: "lanes",
                columns: new[] { "tenant", "priority", "batch" },
                filter: "active AND open");
        }
    }
}
