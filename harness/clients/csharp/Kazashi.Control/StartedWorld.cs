using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace Kazashi.Control
{
    /// <summary>A world that was started here and is ended here: `kazashi up` as a process of our own.</summary>
    internal sealed class StartedWorld : IDisposable
    {
        private const int StartSeconds = 180; // the first start of an installation makes its keys
        private const int EndMilliseconds = 20_000;
        private const int LookMilliseconds = 50;
        private const int LastLines = 15;
        private readonly Process process;
        private readonly string folder;
        private readonly Queue<string> lines = new Queue<string>();

        private StartedWorld(string command, WorldOptions options)
        {
            folder = Path.Combine(Path.GetTempPath(), "kazashi-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            var isFile = File.Exists(command);
            var program = isFile ? Path.GetFullPath(command) : command.Trim().Split(' ')[0]; // a path may hold spaces
            var words = isFile ? "" : command.Trim().Substring(program.Length) + " ";
            process = new Process
            {
                StartInfo = new ProcessStartInfo(program, words + options.Arguments(AddressFile))
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            };
            process.OutputDataReceived += (_, line) => Keep(line.Data);
            process.ErrorDataReceived += (_, line) => Keep(line.Data);
        }

        internal Announcement Announcement { get; private set; }

        private string AddressFile
        {
            get { return Path.Combine(folder, "up.json"); }
        }

        /// <summary>Starts a world and returns when it says where its doors are.</summary>
        internal static StartedWorld Start(string command, WorldOptions options)
        {
            if (command == null)
            {
                throw new NoWorldException("expected a world, actual none: name the command that starts one in KAZASHI "
                    + "(the file `kazashi` of the checkout), or a running one's file in KAZASHI_WORLD");
            }
            var world = new StartedWorld(command, options);
            try
            {
                world.process.Start();
            }
            catch (Win32Exception fault)
            {
                Directory.Delete(world.folder, true);
                throw new NoWorldException("KAZASHI " + command + ": expected a program, actual " + fault.Message, fault);
            }
            try
            {
                world.process.BeginOutputReadLine();
                world.process.BeginErrorReadLine();
                world.Announcement = world.Awaited();
            }
            catch
            {
                world.Dispose();
                throw;
            }
            return world;
        }

        /// <summary>Ends the world as Ctrl-C does, and with force when it does not listen.</summary>
        public void Dispose()
        {
            if (!process.HasExited)
            {
                // .NET itself can only kill; the world would leave its relying party behind.
                using (var told = Process.Start(new ProcessStartInfo("kill", "-TERM " + process.Id) { UseShellExecute = false }))
                {
                    told.WaitForExit();
                }
                if (!process.WaitForExit(EndMilliseconds))
                {
                    process.Kill();
                }
            }
            process.Dispose();
            Directory.Delete(folder, true);
        }

        private Announcement Awaited()
        {
            var clock = Stopwatch.StartNew();
            while (!File.Exists(AddressFile)) // it appears whole, when every door is open
            {
                if (process.WaitForExit(LookMilliseconds))
                {
                    process.WaitForExit(); // until its last line was read
                    throw new NoWorldException("kazashi up: expected a world, actual exit code " + process.ExitCode
                        + "; its last words:\n" + LastWords());
                }
                if (clock.Elapsed.TotalSeconds > StartSeconds)
                {
                    throw new NoWorldException("kazashi up: expected a world within " + StartSeconds
                        + " s, actual none; its last words:\n" + LastWords());
                }
            }
            return Announcement.Read(AddressFile);
        }

        private void Keep(string line)
        {
            lock (lines)
            {
                if (line != null)
                {
                    lines.Enqueue(line);
                }
                while (lines.Count > LastLines)
                {
                    lines.Dequeue();
                }
            }
        }

        private string LastWords()
        {
            lock (lines)
            {
                return string.Join("\n", lines.ToArray());
            }
        }
    }
}
