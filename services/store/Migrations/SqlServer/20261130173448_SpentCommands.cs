using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchPlatform.Store.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SpentCommands : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "spent_commands",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    at = table.Column<DateTime>(type: "datetime2", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_spent_commands", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_spent_commands_at",
                table: "spent_commands",
                column: "at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "spent_commands");
        }
    }
}
