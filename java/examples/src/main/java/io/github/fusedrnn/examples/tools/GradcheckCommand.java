package io.github.fusedrnn.examples.tools;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.check.GradientCheck;
import io.github.fusedrnn.check.GradientReport;
import io.github.fusedrnn.check.TensorError;
import io.github.fusedrnn.config.Availability;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.examples.cli.BackendChoice;
import io.github.fusedrnn.examples.cli.BackendOptions;
import io.github.fusedrnn.examples.cli.Progress;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.weights.Initializers;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks the gradients of every kind of layer. */
@Command(
        name = "gradcheck",
        description = {
            "Check the gradients of every cell and variant on every available backend.",
            "The reference is compared with central differences; every backend, with outputs and "
                    + "final states, with the reference in float64.",
            "Errors are relative to a tensor's largest value; the worst tensor of each check is shown."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class GradcheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--summary", description = "Print only totals and failures.")
    private boolean summary;

    @Mixin
    private BackendOptions where;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of weights and data. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Only variants whose name contains this.")
    private String only;

    @Option(
            names = "--tolerance",
            paramLabel = "E",
            description = "Largest relative error allowed. Default: derived from each variant's sizes.")
    private @Nullable Double tolerance;

    /** One column of the table. */
    private interface Check {
        GradientReport of(GradientCheck check);
    }

    /**
     * A column.
     *
     * @param title its head
     * @param choice how the layer runs
     * @param check what is done with it
     */
    private record Column(String title, BackendChoice choice, Check check) {}

    /**
     * A cell of the table.
     *
     * @param report what was found; null where the backend cannot run the variant
     * @param reason why not
     */
    private record Cell(@Nullable GradientReport report, String reason) {
        boolean missed() {
            return report != null && !report.passed();
        }

        double error() {
            return report == null
                    ? Double.NaN
                    : report.worst().map(TensorError::relativeError).orElse(Double.NaN);
        }

        @Override
        public String toString() {
            return report == null ? "n/a" : Texts.error(error()) + (report.passed() ? "" : " MISS");
        }
    }

    @Override
    public Integer call() {
        where.require(tolerance == null || tolerance >= 0, "--tolerance", tolerance, "a number >= 0");
        List<LayerVariant> variants =
                LayerVariant.all().stream().filter(v -> v.name().contains(only)).toList();
        where.require(!variants.isEmpty(), "--only", "'" + only + "'", "part of a name in the table, such as 'LSTM'");
        List<Column> columns = columns();
        List<List<Cell>> table = new ArrayList<>();
        try (Progress progress = Progress.start(spec, "variants", variants.size())) {
            for (LayerVariant variant : variants) {
                table.add(columns.stream().map(column -> check(variant, column)).toList());
                progress.step(variant.name());
            }
        }
        return report(variants, columns, table) ? 0 : 1;
    }

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        if (Backends.report().stream().anyMatch(s -> s.kind() == BackendKind.REFERENCE && s.available())) {
            columns.add(new Column(
                    "reference / differences",
                    new BackendChoice(BackendKind.REFERENCE, null, 1),
                    GradientCheck::againstCentralDifferences));
        }
        for (BackendChoice choice : where.choices()) {
            columns.add(new Column(choice.name() + " / reference", choice, GradientCheck::againstReference));
        }
        return columns;
    }

    private Cell check(LayerVariant variant, Column column) {
        Availability support = column.choice().supports(variant.config());
        if (!support.available()) {
            return new Cell(null, support.reason());
        }
        // wider than the usual ±1/√H: so that clips, kinks and saturation take part
        RecurrentBuilder<?> builder = RecurrentBuilder.of(variant.config())
                .seed(seed)
                .dropoutSeed(seed)
                .initializer(Initializers.uniform(-0.7, 0.7));
        column.choice().apply(builder);
        try (RecurrentLayer layer = builder.build()) {
            GradientCheck check = GradientCheck.of(layer)
                    .random(variant.t(), variant.n(), variant.lengths())
                    .seed(seed)
                    .dropoutCall(1);
            if (tolerance != null) {
                check.tolerance(tolerance);
            }
            return new Cell(column.check().of(check), "");
        }
    }

    private boolean report(List<LayerVariant> variants, List<Column> columns, List<List<Cell>> table) {
        PrintWriter out = spec.commandLine().getOut();
        if (!summary) {
            List<List<String>> rows = new ArrayList<>();
            List<String> head = new ArrayList<>(List.of("variant"));
            columns.forEach(column -> head.add(column.title()));
            rows.add(head);
            for (int i = 0; i < variants.size(); i++) {
                List<String> row = new ArrayList<>(List.of(variants.get(i).name()));
                table.get(i).forEach(cell -> row.add(cell.toString()));
                rows.add(row);
            }
            out.print(Texts.table(1, rows));
            out.println();
        }
        boolean passed = true;
        for (int k = 0; k < columns.size(); k++) {
            passed &= summarise(out, variants, columns.get(k), table, k);
        }
        out.println(passed ? "PASSED" : "FAILED");
        return passed;
    }

    /** One column's total, after what missed in it. */
    private static boolean summarise(
            PrintWriter out, List<LayerVariant> variants, Column column, List<List<Cell>> table, int k) {
        List<Integer> ran = new ArrayList<>();
        long compared = 0;
        long skipped = 0;
        int missed = 0;
        for (int i = 0; i < variants.size(); i++) {
            Cell cell = table.get(i).get(k);
            if (cell.report() == null) {
                out.println(column.title() + ", " + variants.get(i).name() + ": " + cell.reason());
                continue;
            }
            ran.add(i);
            compared += cell.report().compared();
            skipped += cell.report().skipped();
            if (cell.missed()) {
                missed++;
                out.println("MISS " + column.title() + ", " + variants.get(i).name());
                out.println(cell.report());
            }
        }
        String worst = ran.stream()
                .max(Comparator.comparingDouble(i -> table.get(i).get(k).error()))
                .map(i -> Texts.error(table.get(i).get(k).error()) + " ("
                        + variants.get(i).name() + ")")
                .orElse("-");
        out.println(Texts.format(
                "%-24s %d of %d variants passed, worst relative error %s, %d elements compared%s",
                column.title(),
                ran.size() - missed,
                variants.size(),
                worst,
                compared,
                skipped > 0 ? ", " + skipped + " skipped near kinks" : ""));
        return missed == 0;
    }
}
