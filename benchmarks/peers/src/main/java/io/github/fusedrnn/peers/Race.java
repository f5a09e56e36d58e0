package io.github.fusedrnn.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.ContenderProvider;
import io.github.fusedrnn.peers.race.Family;
import io.github.fusedrnn.peers.race.RaceCase;
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

/** The command: races, and writes a table, a JSON file and a drawing. */
@Command(
        name = "peers",
        mixinStandardHelpOptions = true,
        description =
                "Races FusedRNN against other libraries on this machine, each checked against the reference first. Without options:"
                        + " every case, every contender, one and two threads.",
        sortOptions = false)
public final class Race implements Callable<Integer> {
    @Option(
            names = "--families",
            split = ",",
            converter = FamilyName.class,
            description = "step, sequence, batched, stacked, bidirectional, lengths, training")
    private List<Family> families = List.of(Family.values());

    @Option(names = "--cells", split = ",", description = "LSTM, GRU, RNN")
    private List<CellKind> cells = List.of(CellKind.values());

    @Option(names = "--sizes", split = ",", description = "values of H")
    private List<Integer> sizes = List.of();

    @Option(names = "--rows", split = ",", description = "values of N")
    private List<Integer> rows = List.of();

    @Option(
            names = "--contenders",
            split = ",",
            description = "ids of peers, ours beside them; \"none\" for ours alone")
    private List<String> contenders =
            Contenders.ALL.stream().map(ContenderProvider::id).toList();

    @Option(names = "--threads", split = ",", description = "1, 2")
    private List<Integer> threads = List.of(1, 2);

    @Option(names = "--rounds", description = "laps of each side on each case (${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(names = "--seconds", description = "length of a lap (${DEFAULT-VALUE})")
    private double seconds = 0.06;

    @Option(
            names = "--forks",
            description = "fresh JVMs of each side for the cold start, 0 for none (${DEFAULT-VALUE})")
    private int forks = 10;

    @Option(names = "--out", description = "folder for race.md, race.json and race.svg (${DEFAULT-VALUE})")
    private Path out = Path.of("race");

    @Option(names = "--list", description = "names the cases and ends")
    private boolean list;

    @Option(names = "--verbose", description = "shows what the contenders print on their standard error")
    private boolean verbose;

    /** Names of families as in the tables. */
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
        System.exit(new CommandLine(new Race())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws IOException {
        List<RaceCase> cases = Cases.all().stream()
                .filter(race -> families.contains(race.family()) && cells.contains(race.cell()))
                .filter(race -> sizes.isEmpty() || sizes.contains(race.hiddenSize()))
                .filter(race -> rows.isEmpty() || rows.contains(race.rows()))
                .toList();
        if (list) {
            cases.forEach(System.out::println);
            return 0;
        }
        Path log = verbose ? Path.of("/dev/stderr") : Files.createTempFile("peers", ".log");
        Path answer = Files.createTempFile("peers", ".answer");
        String date = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Machine machine = Machine.here();
        List<ContenderProvider> providers = providers();
        List<ColdStart.Result> coldStarts = forks > 0 ? ColdStart.measure(providers, forks, log) : List.of();
        List<CaseResult> results = new ArrayList<>();
        try (Signals signals = new Signals();
                Field field = new Field(providers, threads, signals, log)) {
            RaceResult all =
                    new RaceResult(date, commit(), rounds, seconds, machine, field.versions(), results, coldStarts);
            for (RaceCase race : cases) {
                if (!results.isEmpty() && results.get(results.size() - 1).race().family() != race.family()) {
                    write(all); // who ends the race in the next family keeps these
                }
                CaseResult result = field.race(race, answer, rounds, seconds);
                results.add(result);
                System.out.println(ConsoleLine.of(result));
            }
            write(all);
            System.out.println(new MarkdownReport(all).summary());
        } finally {
            Files.deleteIfExists(answer);
        }
        return 0;
    }

    private void write(RaceResult all) throws IOException {
        Files.createDirectories(out);
        Files.writeString(out.resolve("race.md"), new MarkdownReport(all).text());
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(out.resolve("race.json").toFile(), all);
        RatioChart.draw(all, out.resolve("race.svg"));
    }

    private List<ContenderProvider> providers() {
        List<String> wanted = contenders.equals(List.of("none")) ? List.of() : contenders;
        wanted.forEach(Contenders::byId);
        return Contenders.ALL.stream()
                .filter(provider -> provider.id().equals(Contenders.OURS) || wanted.contains(provider.id()))
                .toList();
    }

    private static String commit() {
        String hash = git("rev-parse", "--short=12", "HEAD");
        if (hash == null) {
            return "unknown";
        }
        String changes = git("status", "--porcelain", "--untracked-files=no");
        return changes == null || changes.isEmpty() ? hash : hash + " and changes";
    }

    private static @Nullable String git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(Arrays.asList(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? answer : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
