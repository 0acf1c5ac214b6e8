package dev.tenfold.methods.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which Tenfold this is: the build writes its version, the launcher passes the commit. */
final class Version implements IVersionProvider {
    /** The version of the build, such as {@code 0.1.0}. */
    static String number() {
        try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException("build.properties in Tenfold's own jar cannot be read", e);
        }
    }

    /** The version with the commit where one is known; {@code +} behind it means that files differed from it. */
    static String full() {
        String commit = System.getProperty("tenfold.commit", "unknown");
        return number() + (commit.equals("unknown") ? "" : ", commit " + commit);
    }

    @Override
    public String[] getVersion() {
        return new String[] {"Tenfold " + full(), "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"};
    }
}
