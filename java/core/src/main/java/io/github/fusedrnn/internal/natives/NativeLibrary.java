package io.github.fusedrnn.internal.natives;

import io.github.fusedrnn.config.Availability;
import org.bytedeco.javacpp.Loader;

/** Whether our native library loads here; tried once. JavaCPP unpacks and finds it, the message is ours. */
public final class NativeLibrary {
    private NativeLibrary() {}

    /** Never throws: the failure becomes the reason. */
    public static Availability availability() {
        return Probe.RESULT;
    }

    private static final class Probe {
        static final Availability RESULT = probe();

        private static Availability probe() {
            try {
                // The first use of NativeApi makes JavaCPP's Loader unpack and load the library; asking the Loader
                // beforehand would do it twice.
                return Availability.yes("fusedrnn " + NativeApi.fr_version());
            } catch (LinkageError | RuntimeException e) {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                return Availability.no("the native library of fusedrnn cannot be loaded (" + root.getMessage()
                        + "); add the artifact fusedrnn-natives-" + platform() + " to the class or module path");
            }
        }

        private static String platform() {
            try {
                return Loader.getPlatform();
            } catch (LinkageError | RuntimeException e) {
                return System.getProperty("os.name") + "-" + System.getProperty("os.arch");
            }
        }
    }
}
