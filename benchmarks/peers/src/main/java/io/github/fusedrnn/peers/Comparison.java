package io.github.fusedrnn.peers;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Family;
import io.github.fusedrnn.peers.comparison.Library;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** The command: runs the comparison and writes tables, a JSON file and a chart. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        description =
                "Compares the speed of FusedRNN with that of other libraries on this machine; each is checked against the reference first."
                        + " Without options: every case, every library, one and two threads.",
        sortOptions = false)
public final class Comparison implements Callable<Integer> {
    @Option(
            names = "--families",
            split = ",",
            converter = FamilyName.class,
            description = "step, sequence, batched, stacked, bidirectional, lengths, training")
    private List<Family> families = List.of(Family.values());

    @Option(names = "--cells", split = ",", description = "LSTM, GRU, RNN")
    private List<CellKind> cells = List.of(CellKind.values());

    @Option(names = "--sizes", split = ",", description = "values of H (default: all)")
    private List<Integer> sizes = List.of();

    @Option(names = "--rows", split = ",", description = "values of N (default: all)")
    private List<Integer> rows = List.of();

    @Option(
            names = "--libraries",
            split = ",",
            description =
                    "ids of the libraries to compare with, or \"none\" to time FusedRNN only: onednn, onnxruntime, pytorch,"
                            + " deeplearning4j")
    private List<String> libraries = Libraries.ALL.stream().map(Library::id).toList();

    @Option(names = "--threads", split = ",", description = "1, 2")
    private List<Integer> threads = List.of(1, 2);

    @Option(names = "--rounds", description = "iterations of each participant on each case (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(names = "--seconds", description = "length of an iteration (default: ${DEFAULT-VALUE})")
    private double seconds = 0.06;

    @Option(
            names = "--forks",
            description = "fresh JVMs of each library for the cold start, 0 for none (default: ${DEFAULT-VALUE})")
    private int forks = 10;

    @Option(
            names = "--out",
            description = "folder for comparison.md, comparison.json and comparison.svg (default: ${DEFAULT-VALUE})")
    private Path out = Path.of("comparison");

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "writes tables and chart of a recorded comparison.json and exits")
    private @Nullable Path recorded;

    @Option(names = "--list", description = "lists the cases and exits")
    private boolean list;

    @Option(names = "--verbose", description = "shows what the libraries print on standard error")
    private boolean verbose;

    /** Family names as in the tables. */
    private static final class FamilyName implements ITypeConverter<Family> {
        @Override
        public Family convert(String value) {
            return Stream.of(Family.values())
                    .filter(family -> family.label().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new CommandLine.TypeConversionException("'" + value + "' (expected: one of "
                            + Stream.of(Family.values()).map(Family::label).toList() + ")"));
        }
    }

    /** Runs the command. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Comparison())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (recorded != null) {
            write(ComparisonResult.read(recorded));
            return 0;
        }
        List<CaseSpec> cases = Cases.all().stream()
                .filter(spec -> families.contains(spec.family()) && cells.contains(spec.cell()))
                .filter(spec -> sizes.isEmpty() || sizes.contains(spec.hiddenSize()))
                .filter(spec -> rows.isEmpty() || rows.contains(spec.rows()))
                .toList();
        if (list) {
            cases.forEach(System.out::println);
            return 0;
        }
        Path log = verbose ? Path.of("/dev/stderr") : Files.createTempFile("peers", ".log");
        Path expected = Files.createTempFile("peers", ".expected");
        String date = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Machine machine = Machine.current();
        List<Library> chosen = chosen();
        List<ColdStart.Result> coldStarts = forks > 0 ? ColdStart.measure(chosen, forks, log) : List.of();
        List<CaseResult> results = new ArrayList<>();
        try (Signals signals = new Signals();
                Workers workers = new Workers(chosen, threads, signals, log)) {
            ComparisonResult all = new ComparisonResult(
                    date, commit(), rounds, seconds, machine, workers.versions(), results, coldStarts);
            for (CaseSpec spec : cases) {
                if (!results.isEmpty() && results.get(results.size() - 1).spec().family() != spec.family()) {
                    write(all); // kept if the run is interrupted in the next family
                }
                CaseResult result = workers.run(spec, expected, rounds, seconds);
                results.add(result);
                System.out.println(ConsoleLine.of(result));
            }
            write(all);
            System.out.println(new MarkdownReport(all).summary());
        } finally {
            Files.deleteIfExists(expected);
        }
        return 0;
    }

    private void write(ComparisonResult all) throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("comparison.md"), new MarkdownReport(all).text());
        all.write(out.resolve("comparison.json"));
        RatioChart.draw(all, out.resolve("comparison.svg"));
    }

    private List<Library> chosen() {
        List<String> wanted = libraries.equals(List.of("none")) ? List.of() : libraries;
        wanted.forEach(Libraries::byId);
        return Libraries.ALL.stream()
                .filter(library -> library.id().equals(Libraries.FUSEDRNN) || wanted.contains(library.id()))
                .toList();
    }

    private static String commit() {
        String hash = git("rev-parse", "--short=12", "HEAD");
        if (hash == null) {
            return "unknown";
        }
        String changes = git("status", "--porcelain", "--untracked-files=no");
        return changes == null || changes.isEmpty() ? hash : hash + " with uncommitted changes";
    }

    private static @Nullable String git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(Arrays.asList(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? output : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
