package dev.tenfold.methods.cli;

import dev.tenfold.methods.Method;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands. Results go to stdout, everything else to stderr. The exit code is 0, 1 when the work failed, 2 when the
 * command line makes no sense, 130 after Ctrl-C.
 */
@Command(name = "tenfold", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = "A native-tensor engine for Java, and published methods on top of it.",
        synopsisSubcommandLabel = "COMMAND", usageHelpAutoWidth = true,
        footer = {"", "tenfold COMMAND --help explains a command.", "Start with: tenfold run all"})
final class Tenfold implements Runnable {
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int INTERRUPTED = 130;

    private final List<Method> methods;
    private final Screen screen;
    @Spec
    private CommandSpec spec;

    Tenfold(List<Method> methods, Screen screen) {
        this.methods = methods;
        this.screen = screen;
    }

    /** Runs one command line and gives the exit code. Throws nothing. */
    int execute(String... args) {
        RunCommand run = new RunCommand(methods, screen);
        CommandLine line = new CommandLine(this)
                .addSubcommand(run)
                .addSubcommand(new InfoCommand(methods, screen))
                .addSubcommand(new KernelsCommand(screen))
                .addSubcommand(new BenchCommand())
                .addSubcommand(new BundleCommand(screen))
                .setOut(screen.outWriter()).setErr(screen.errWriter())
                .setParameterExceptionHandler(this::explain)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    screen.fail(command.getCommandName(), failure, run.verbose());
                    return FAILED;
                });
        return line.execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: run, info, kernels, bench or bundle");
    }

    private int explain(ParameterException wrong, String[] args) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        boolean unknownCommand = wrong instanceof UnmatchedArgumentException unmatched && command.getParent() == null
                && !unmatched.getUnmatched().getFirst().startsWith("-");
        String message = unknownCommand ? "no command is called " + ((UnmatchedArgumentException) wrong).getUnmatched().getFirst()
                + "; there are run, info, kernels, bench and bundle" : wrong.getMessage().strip();
        screen.say(name + ": " + message + (message.endsWith(".") ? "" : "."));
        UnmatchedArgumentException.printSuggestions(wrong, screen.errWriter());
        screen.say(name + " --help lists what can be given.");
        return USAGE;
    }
}
