package io.github.fusedrnn;

import io.github.fusedrnn.config.BackendKind;
import java.util.Map;

/**
 * What {@link Backends#report()} says of one backend.
 *
 * @param kind which
 * @param available whether layers can run on it here
 * @param reason what was found, or what is missing; one sentence
 * @param details what the backend tells of itself, in print order; empty where not available
 */
public record BackendStatus(BackendKind kind, boolean available, String reason, Map<String, String> details) {}
