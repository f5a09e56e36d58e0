package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import io.github.fusedrnn.peers.comparison.Library;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The result of a comparison as a page of tables. */
final class MarkdownReport {
    private final ComparisonResult result;
    private final List<Library> libraries;
    private final StringBuilder page = new StringBuilder();

    MarkdownReport(ComparisonResult result) {
        this.result = result;
        this.libraries = Libraries.ALL.stream()
                .filter(provider -> result.versions().containsKey(provider.id()))
                .toList();
    }

    /** The whole page. */
    String text() {
        page.setLength(0);
        head();
        page.append(summary());
        for (Family family : Family.values()) {
            List<CaseResult> cases = result.cases().stream()
                    .filter(row -> row.spec().family() == family)
                    .toList();
            if (!cases.isEmpty()) {
                family(family, cases);
            }
        }
        latency();
        coldStarts();
        untimed();
        return page.toString();
    }

    private void head() {
        Machine machine = result.machine();
        line("# Comparison with other libraries");
        line("");
        line("Machine: " + machine.cpu() + ", " + machine.processors() + " processors, "
                + String.join(", ", machine.instructionSets()) + "; caches " + String.join(", ", machine.caches())
                + "; " + machine.os() + "; " + machine.jdk() + "; load average " + machine.load()
                + " at the start.");
        int interfered = result.cases().stream()
                .flatMap(row -> row.participants().stream())
                .mapToInt(ParticipantResult::interfered)
                .sum();
        line("Iterations with interference from other processes, also when repeated: " + interfered + ".");
        line("Started " + result.date() + ", commit " + result.commit() + ".");
        line("");
        for (Library library : libraries) {
            line("- " + library.title() + ": " + result.versions().get(library.id()));
        }
        line("");
        line(String.format(
                Locale.ROOT,
                "Each library runs in its own process, which is stopped while another one is timed; %d rounds of iterations of %.2f s, in turn, after a check"
                        + " against the reference and a warm-up. Times are medians over the rounds in microseconds per call, float32."
                        + " Ratio: time of the fastest peer divided by that of FusedRNN, each with the faster of one and two threads, with the range over"
                        + " single rounds. Above 1, FusedRNN is faster; 0.95 to 1.05 is a tie.",
                result.rounds(),
                result.secondsPerIteration()));
        line("");
    }

    /** The ratios by group, beside their targets. */
    String summary() {
        StringBuilder table = new StringBuilder();
        table.append(
                "| group | rows | smallest ratio | floor | geometric mean | floor | target | rows below the floor |\n");
        table.append("|---|---|---|---|---|---|---|---|\n");
        for (Target target : Target.ALL) {
            List<CaseResult> rows = target.of(result.cases()).toList();
            if (!rows.isEmpty()) {
                List<Double> ratios = rows.stream().map(target::ratio).toList();
                double least = ratios.stream().mapToDouble(r -> r).min().orElseThrow();
                double mean = Statistics.geometricMean(ratios);
                long below = ratios.stream().filter(r -> r < target.rowFloor()).count();
                table.append(String.format(
                        Locale.ROOT,
                        "| %s | %d | %s | %.2f | %s | %.2f | %.2f | %d |\n",
                        target.name(),
                        rows.size(),
                        mark(least, least >= target.rowFloor()),
                        target.rowFloor(),
                        mark(mean, mean >= target.meanFloor()),
                        target.meanFloor(),
                        target.meanTarget(),
                        below));
            }
        }
        table.append("\nValues below their floor are in italics.\n\n");
        return table.toString();
    }

    private static String mark(double value, boolean reached) {
        return String.format(Locale.ROOT, reached ? "%.2f" : "*%.2f*", value);
    }

    private void family(Family family, List<CaseResult> cases) {
        line("## " + family.label().substring(0, 1).toUpperCase(Locale.ROOT)
                + family.label().substring(1));
        line("");
        List<String> columns = new ArrayList<>(List.of("case"));
        libraries.forEach(library -> columns.add(library.title() + " 1 / 2 threads"));
        columns.addAll(List.of("fastest peer", "ratio", "range over rounds", ""));
        if (family == Family.LENGTHS) {
            columns.add("share of the full batch");
        }
        row(columns);
        row(columns.stream().map(column -> "---").toList());
        for (CaseResult row : cases) {
            List<String> cellsOfRow = new ArrayList<>(List.of(name(row.spec())));
            libraries.forEach(library -> cellsOfRow.add(times(row, library)));
            Optional<Ratio> ratio = row.ratio();
            cellsOfRow.add(row.fastestPeer().map(this::name).orElse(""));
            cellsOfRow.add(ratio.map(r -> String.format(Locale.ROOT, "**%.2f**", r.value()))
                    .orElse("–"));
            cellsOfRow.add(ratio.map(r -> String.format(Locale.ROOT, "%.2f to %.2f", r.min(), r.max()))
                    .orElse(""));
            cellsOfRow.add(ratio.map(MarkdownReport::verdict).orElse(""));
            if (family == Family.LENGTHS) {
                cellsOfRow.add(row.shareOfFullBatch()
                        .map(r -> mark(r.value(), r.value() <= Target.SHARE_OF_FULL_BATCH)
                                + String.format(Locale.ROOT, " (at most %.1f)", Target.SHARE_OF_FULL_BATCH))
                        .orElse(""));
            }
            row(cellsOfRow);
        }
        line("");
    }

    private static String verdict(Ratio ratio) {
        if (ratio.isTie()) {
            return "tie";
        }
        return ratio.value() > 1 ? "ahead" : "behind";
    }

    private static String name(CaseSpec spec) {
        String label = spec.label();
        return label.substring(label.indexOf('/') + 1);
    }

    private String name(ParticipantResult participant) {
        return Libraries.byId(participant.library()).title()
                + (participant.variant().isEmpty() ? "" : " (" + participant.variant() + ")");
    }

    private static String times(CaseResult row, Library library) {
        String times = List.of(1, 2).stream()
                .map(threads -> row.fastest(library.id(), threads)
                        .map(participant -> micros(participant.median()))
                        .orElse("–"))
                .collect(Collectors.joining(" / "));
        return times;
    }

    /** Three significant digits, or all before the decimal point. */
    static String micros(double value) {
        if (value < 10) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }

    private void latency() {
        List<CaseResult> steps = result.cases().stream()
                .filter(row -> row.participants().stream().anyMatch(participant -> participant.latency() != null))
                .toList();
        if (steps.isEmpty()) {
            return;
        }
        line("## Latency of single steps: p50 / p99 / p99.9, µs");
        line("");
        line(
                "The setup of each library with the smallest p50; every call is timed on its own, including the 25 ns of reading the clock.");
        line("");
        List<String> columns = new ArrayList<>(List.of("case"));
        libraries.forEach(library -> columns.add(library.title()));
        row(columns);
        row(columns.stream().map(column -> "---").toList());
        for (CaseResult row : steps) {
            List<String> cellsOfRow = new ArrayList<>(List.of(name(row.spec())));
            for (Library library : libraries) {
                cellsOfRow.add(row.participants().stream()
                        .filter(participant -> participant.library().equals(library.id()))
                        .flatMap(participant -> Optional.ofNullable(participant.latency()).stream())
                        .min((a, b) -> Double.compare(a.p50(), b.p50()))
                        .map(l -> micros(l.p50()) + " / " + micros(l.p99()) + " / " + micros(l.p999()))
                        .orElse("–"));
            }
            row(cellsOfRow);
        }
        line("");
    }

    private void coldStarts() {
        if (result.coldStarts().isEmpty()) {
            return;
        }
        line("## Cold start, ms");
        line("");
        line(
                "A fresh JVM, one thread, files in the page cache: median (smallest to largest) over the forks, from the entry of main to the first"
                        + " result, and from the start of the process.");
        line("");
        row(List.of("first call", "library", "from main", "from the start of the process"));
        row(List.of("---", "---", "---", "---"));
        for (ColdStart.Result start : result.coldStarts()) {
            row(List.of(
                    start.spec().family().label() + ' ' + name(start.spec()),
                    Libraries.byId(start.library()).title(),
                    millis(start.millis()),
                    millis(start.processMillis())));
        }
        line("");
    }

    private static String millis(List<Double> values) {
        if (values.isEmpty()) {
            return "failed";
        }
        return String.format(
                Locale.ROOT,
                "%.0f (%.0f to %.0f)",
                Statistics.median(values),
                values.stream().mapToDouble(v -> v).min().orElseThrow(),
                values.stream().mapToDouble(v -> v).max().orElseThrow());
    }

    /** The participants that were not timed, one line for each reason. */
    private void untimed() {
        List<String> lines = result.cases().stream()
                .flatMap(row -> row.participants().stream()
                        .filter(participant -> participant.problem() != null)
                        .map(participant -> participant.unsupported()
                                ? "- " + name(participant) + ", " + row.spec().cell() + ' '
                                        + row.spec().family().label() + ": " + participant.problem()
                                : "- " + name(participant) + ", " + row.spec() + ", " + participant.threads()
                                        + " thread(s): " + participant.problem()))
                .distinct()
                .toList();
        if (!lines.isEmpty()) {
            line("## Not timed");
            line("");
            lines.forEach(this::line);
        }
    }

    private void row(List<String> cellsOfRow) {
        line("| " + String.join(" | ", cellsOfRow) + " |");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
