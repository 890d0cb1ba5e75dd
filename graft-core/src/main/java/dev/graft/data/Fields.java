package dev.graft.data;

import java.util.List;

/**
 * One record of a table.
 *
 * @param line where it begins, from 1
 * @param values its fields, unquoted
 * @param quoted whether one of them was in quotes
 */
record Fields(long line, List<String> values, boolean quoted) {}
