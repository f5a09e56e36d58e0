package io.github.fusedrnn.testing;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Worst errors by row and column, to be printed when a suite has run. Thread-safe. */
public final class ErrorTable {
    private final String title;
    private final Map<String, Map<String, Double>> rows = new TreeMap<>();
    private final Set<String> columns = new LinkedHashSet<>();

    public ErrorTable(String title, String... columns) {
        this.title = title;
        for (String column : columns) {
            this.columns.add(column);
        }
    }

    /** Keeps the larger of this error and what the place has. */
    public synchronized void add(String row, String column, double error) {
        columns.add(column);
        rows.computeIfAbsent(row, r -> new TreeMap<>()).merge(column, error, Math::max);
    }

    /** The largest error of all; −1 when there is none. */
    public synchronized double worst() {
        return rows.values().stream()
                .flatMap(row -> row.values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(-1);
    }

    @Override
    public synchronized String toString() {
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0) + 2;
        StringBuilder text = new StringBuilder(title).append('\n');
        text.append(" ".repeat(width));
        for (String column : columns) {
            text.append(String.format(Locale.ROOT, "%13s", column));
        }
        text.append('\n');
        rows.forEach((row, errors) -> {
            text.append(row).append(" ".repeat(width - row.length()));
            for (String column : columns) {
                Double error = errors.get(column);
                text.append(error == null ? " ".repeat(12) + "-" : String.format(Locale.ROOT, "%13.1e", error));
            }
            text.append('\n');
        });
        return text.append(String.format(Locale.ROOT, "%d rows, worst %.1e%n", rows.size(), worst()))
                .toString();
    }
}
