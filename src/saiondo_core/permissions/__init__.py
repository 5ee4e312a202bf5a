"""Roles and permissions, compiled and explained."""
