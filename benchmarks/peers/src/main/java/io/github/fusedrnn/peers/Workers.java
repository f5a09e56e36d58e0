package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.Setup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The worker processes, one for each setup of each library; they live as long as the comparison. */
final class Workers implements AutoCloseable {
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Signals signals;
    private final Path log;
    private final Map<String, String> versions = new LinkedHashMap<>();
    /** A stopped process would outlive a parent that is terminated. */
    private final Thread atExit = new Thread(this::closeAll);

    Workers(List<Library> libraries, List<Integer> threads, Signals signals, Path log) throws IOException {
        this.signals = signals;
        this.log = log;
        Runtime.getRuntime().addShutdownHook(atExit);
        for (Library library : libraries) {
            for (int index = 0; index < library.setups().size(); index++) {
                if (threads.contains(library.setups().get(index).threads())) {
                    WorkerProcess worker = new WorkerProcess(library, index, signals, log);
                    workers.add(worker);
                    Response response = worker.send(Request.Command.VERSION, null, null, 0);
                    versions.putIfAbsent(
                            library.id(),
                            response.text() == null ? "failed to start: " + response.failure() : response.text());
                }
            }
        }
    }

    Map<String, String> versions() {
        return versions;
    }

    CaseResult run(CaseSpec spec, Path expectedFile, int rounds, double seconds) throws IOException {
        Oracle.expected(spec, RandomData.of(spec)).write(expectedFile);
        CaseRun caseRun = new CaseRun(rounds, seconds);
        List<ParticipantResult> unsupported = new ArrayList<>();
        for (int i = 0; i < workers.size(); i++) {
            WorkerProcess worker = alive(i);
            String reason = worker.library().unsupportedReason(spec);
            if (reason == null) {
                caseRun.add(worker, spec, expectedFile);
            } else {
                Setup setup = worker.setup();
                unsupported.add(ParticipantResult.untimed(
                        worker.library().id(),
                        setup.threads(),
                        setup.variant(),
                        ParticipantResult.NOT_SUPPORTED + reason,
                        0));
            }
        }
        int count = workers.size() - unsupported.size();
        if (spec.hasLengths()) {
            CaseSpec full = Cases.fullBatch(spec);
            Oracle.expected(full, RandomData.of(full)).write(expectedFile);
            for (WorkerProcess worker : workers) {
                if (worker.library().id().equals(Libraries.FUSEDRNN)) {
                    caseRun.add(worker, full, expectedFile);
                }
            }
        }
        List<ParticipantResult> results = caseRun.run();
        List<ParticipantResult> all = new ArrayList<>(results.subList(0, count));
        all.addAll(unsupported);
        return new CaseResult(spec, all, results.subList(count, results.size()));
    }

    /** Replaces a process that ended during the previous case. */
    private WorkerProcess alive(int index) throws IOException {
        WorkerProcess worker = workers.get(index);
        if (worker.failure() != null) {
            worker.close();
            worker = new WorkerProcess(worker.library(), worker.setupIndex(), signals, log);
            workers.set(index, worker);
        }
        return worker;
    }

    private void closeAll() {
        workers.forEach(WorkerProcess::close);
    }

    @Override
    public void close() {
        closeAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
