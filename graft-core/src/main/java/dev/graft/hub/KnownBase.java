package dev.graft.hub;

/**
 * A base that has a name of its own.
 *
 * @param name what {@link Hub#resolve} takes
 * @param description one line for a list
 * @param bytes the size of its files in the cache
 * @param coordinates the Maven artifact it comes in, {@code group:artifact:version}
 * @param licence the licence of its weights, as an SPDX identifier
 * @param cached whether its files are on this machine already
 */
public record KnownBase(
        String name, String description, long bytes, String coordinates, String licence, boolean cached) {}
