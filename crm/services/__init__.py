"""Imports of the CRM: receive a file, check it, take it whole or not at all, revert it while nothing depends on it."""
