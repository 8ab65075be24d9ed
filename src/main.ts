#!/usr/bin/env -S node --max-semi-space-size=1 --lite-mode
import { begin } from './begin.ts';

/** The program. What ships with its own Node is begun from a snapshot in place of this (scripts/package/snapshot.ts). */
await begin();
