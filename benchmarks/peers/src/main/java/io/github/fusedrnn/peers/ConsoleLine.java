package io.github.fusedrnn.peers;

import java.util.Locale;
import java.util.stream.Collectors;

/** One case on the console while the comparison runs. */
final class ConsoleLine {
    private ConsoleLine() {}

    static String of(CaseResult result) {
        String ratio = result.ratio()
                .map(r -> String.format(Locale.ROOT, "%6.2f (%.2f to %.2f)", r.value(), r.min(), r.max()))
                .orElse("     -");
        String share = result.shareOfFullBatch()
                .map(r -> String.format(Locale.ROOT, "  share of full batch %.2f", r.value()))
                .orElse("");
        String participants =
                result.participants().stream().map(ConsoleLine::participant).collect(Collectors.joining("  "));
        return String.format(Locale.ROOT, "%-42s %-22s %s%s", result.spec(), ratio, participants, share);
    }

    private static String participant(ParticipantResult participant) {
        String name = participant.library()
                + '/'
                + participant.threads()
                + (participant.variant().isEmpty() ? "" : "-" + participant.variant());
        if (participant.timed()) {
            return String.format(Locale.ROOT, "%s %.2f", name, participant.median())
                    + "!".repeat(participant.interfered());
        }
        return name + " (" + participant.problem() + ")";
    }
}
