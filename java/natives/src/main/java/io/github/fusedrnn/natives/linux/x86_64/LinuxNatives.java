package io.github.fusedrnn.natives.linux.x86_64;

import io.github.fusedrnn.spi.NativesModule;

/** Makes this module, which carries the native libraries as resources, part of every application that uses the core module. */
public final class LinuxNatives implements NativesModule {
    /** Called by {@link java.util.ServiceLoader}. */
    public LinuxNatives() {}
}
