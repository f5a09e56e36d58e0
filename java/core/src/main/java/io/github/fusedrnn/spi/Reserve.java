package io.github.fusedrnn.spi;

/** What a training forward saves for its backward; belongs to one tape at a time, and to no engine but its own. */
public interface Reserve extends Workspace {}
