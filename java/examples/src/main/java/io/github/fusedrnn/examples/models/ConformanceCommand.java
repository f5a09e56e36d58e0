package io.github.fusedrnn.examples.models;

import io.github.fusedrnn.check.TensorError;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.examples.cli.BackendOptions;
import io.github.fusedrnn.examples.cli.Progress;
import io.github.fusedrnn.examples.cli.Texts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares layers with the golden cases of a folder. */
@Command(
        name = "conformance",
        description = {
            "Run every golden case of a folder, and compare outputs, final states and gradients.",
            "Cases are safetensors files in PyTorch's layout (metadata 'mode') or ONNX's ('op').",
            "Errors are relative to a tensor's largest value. Limits: 1e-10 in float64 on float64 files, else 2e-5; "
                    + "'!' marks more than 4e-6 (1e-5 from 200 steps on).",
            "A tensor that should be zero has to be exactly zero."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ConformanceCommand implements Callable<Integer> {
    enum Precision {
        FLOAT,
        DOUBLE
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder with cases; its subfolders are searched too.")
    private Path folder;

    @Mixin
    private BackendOptions where;

    @Option(
            names = "--precision",
            paramLabel = "float|double",
            defaultValue = "float",
            description = "double runs the reference in float64, on float64 files where available. Default: float.")
    private Precision precision;

    @Option(names = "--tensors", description = "Print every tensor of every case, not only the worst.")
    private boolean tensors;

    @Override
    public Integer call() throws IOException {
        where.require(Files.isDirectory(folder), "DIR", "'" + folder + "'", "a folder");
        List<CaseTarget> targets = targets();
        ConformanceFolder found = ConformanceFolder.read(folder, precision == Precision.DOUBLE);
        List<List<CaseResult>> results = new ArrayList<>();
        try (Progress progress = Progress.start(spec, "cases", found.cases().size())) {
            for (ConformanceCase c : found.cases()) {
                results.add(
                        targets.stream().map(target -> CaseResult.of(c, target)).toList());
                progress.step(c.name());
            }
        }
        return report(found, targets, results) ? 0 : 1;
    }

    private List<CaseTarget> targets() {
        if (precision == Precision.FLOAT) {
            return where.choices().stream().map(CaseTarget::layer).toList();
        }
        where.require(
                where.backends().stream().allMatch(kind -> kind == BackendKind.REFERENCE),
                "--precision double",
                "with --backend " + where.backends(),
                "reference, the only backend with float64");
        where.require(
                where.instructionSets().isEmpty(),
                "--precision double",
                "with --isa " + where.instructionSets(),
                "no --isa: the reference backend is pure Java");
        return List.of(CaseTarget.oracle());
    }

    private boolean report(ConformanceFolder found, List<CaseTarget> targets, List<List<CaseResult>> results) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(caseTable(found.cases(), targets, results));
        if (!found.cases().isEmpty()) {
            out.println();
            out.print(tensorTable(targets, results));
        }
        printDetails(out, found.cases(), targets, results);
        out.println();
        found.others().forEach(other -> out.println("not a case: " + other));
        found.broken().forEach(broken -> out.println("BROKEN CASE: " + broken));
        boolean passed = found.broken().isEmpty() && !found.cases().isEmpty();
        for (int i = 0; i < targets.size(); i++) {
            int column = i;
            long ok = results.stream().filter(row -> row.get(column).passed()).count();
            long missed =
                    results.stream().filter(row -> row.get(column).missed()).count();
            long remarked = results.stream()
                    .filter(row -> row.get(column).cell().endsWith("!"))
                    .count();
            out.println(targets.get(i).name() + ": " + ok + " of " + results.size() + " cases passed"
                    + (remarked > 0 ? " (" + remarked + " of them marked !)" : "") + ", " + missed + " missed, "
                    + (results.size() - ok - missed) + " unsupported");
            passed &= missed == 0;
        }
        out.println(found.others().size() + " other file(s), " + found.broken().size() + " broken case(s)");
        if (found.cases().isEmpty()) {
            out.println("no case found in " + folder);
        }
        out.println(passed ? "PASSED" : "FAILED");
        return passed;
    }

    private static String caseTable(
            List<ConformanceCase> cases, List<CaseTarget> targets, List<List<CaseResult>> results) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("case", "worst tensor", "tensors"));
        targets.forEach(target -> head.add(target.name()));
        rows.add(head);
        for (int i = 0; i < cases.size(); i++) {
            String worst = results.get(i).stream()
                    .flatMap(result -> result.worst().stream())
                    .reduce((a, b) -> a.relativeError() >= b.relativeError() ? a : b)
                    .map(TensorError::tensor)
                    .orElse("-");
            List<String> row = new ArrayList<>(List.of(
                    cases.get(i).name(),
                    worst,
                    String.valueOf(cases.get(i).expected().size())));
            results.get(i).forEach(result -> row.add(result.cell()));
            rows.add(row);
        }
        return Texts.table(2, rows);
    }

    /** The worst error of each kind of tensor, over all cases, layers and directions. */
    private static String tensorTable(List<CaseTarget> targets, List<List<CaseResult>> results) {
        Map<String, double[]> worst = new TreeMap<>();
        for (List<CaseResult> row : results) {
            for (int i = 0; i < row.size(); i++) {
                for (TensorError error : row.get(i).errors()) {
                    String kind = error.tensor()
                            .replaceFirst("_l\\d+(_reverse)?$", "")
                            .replaceFirst("^infer\\.", "");
                    double[] errors = worst.computeIfAbsent(kind, k -> new double[targets.size()]);
                    // Math.max keeps NaN
                    errors[i] = Math.max(errors[i], error.relativeError());
                }
            }
        }
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("tensor, worst of all cases"));
        targets.forEach(target -> head.add(target.name()));
        rows.add(head);
        worst.forEach((kind, errors) -> {
            List<String> row = new ArrayList<>(List.of(kind));
            for (double error : errors) {
                row.add(Texts.error(error));
            }
            rows.add(row);
        });
        return Texts.table(1, rows);
    }

    private void printDetails(
            PrintWriter out, List<ConformanceCase> cases, List<CaseTarget> targets, List<List<CaseResult>> results) {
        Map<String, List<String>> reasons = new LinkedHashMap<>();
        for (int i = 0; i < cases.size(); i++) {
            for (int k = 0; k < targets.size(); k++) {
                CaseResult result = results.get(i).get(k);
                String where = cases.get(i).name() + " on " + targets.get(k).name();
                List<TensorError> shown = result.errors().stream()
                        .filter(error -> tensors || !error.passed())
                        .toList();
                if (!shown.isEmpty()) {
                    out.println();
                    out.println(where + ":");
                    shown.forEach(out::println);
                }
                if (result.failure() != null) {
                    out.println();
                    out.println("ERROR " + where + ": " + result.failure());
                }
                if (result.unsupported() != null) {
                    reasons.computeIfAbsent(targets.get(k).name() + ": " + result.unsupported(), r -> new ArrayList<>())
                            .add(cases.get(i).name());
                }
            }
        }
        if (!reasons.isEmpty()) {
            out.println();
            out.println(reasons.entrySet().stream()
                    .map(e -> "unsupported on " + e.getKey() + " (" + String.join(", ", e.getValue()) + ")")
                    .collect(Collectors.joining(System.lineSeparator())));
        }
    }
}
