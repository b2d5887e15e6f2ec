export { constraintViolation, type Database, type DatabaseOptions, openDatabase, type Tx } from './database.ts';
export { appliedMigrations, type MigrationReport, migrate, releaseMigrations } from './migrate.ts';
export { searchText } from './search-text.ts';
export { createVault, type Vault } from './vault.ts';
