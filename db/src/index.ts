export { constraintViolation, type Database, type DatabaseOptions, openDatabase, type Tx } from './database.ts';
export { type MigrationReport, migrate, pendingMigrations } from './migrate.ts';
export { createVault, type Vault } from './vault.ts';
