// Kazashi-adapter is the surface of contract 1.0 on loopback, around the product that is made in main.
//
// It is a program for tests only. Leave it out of every release build.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"example.com/kazashi-adapter/contract"
	"example.com/kazashi-adapter/stub"
)

const grace = 3 * time.Second // for answers under way, when it is asked to end

func main() {
	port := flag.Int("port", 0, "0: any free port")
	flag.Parse()

	product := stub.New() // <- your product goes here

	if err := serve(product, *port); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

// serve returns nil when it was asked to end, and otherwise why it could not begin or go on.
func serve(product contract.Product, port int) error {
	ended, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("cannot listen on 127.0.0.1:%d: %w; give another -port, or 0 for any", port, err)
	}
	server := &http.Server{
		Handler:           contract.Handler(product),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Printf("listening http://%s\n", listener.Addr())

	select {
	case err := <-failed:
		return err
	case <-ended.Done():
	}
	patience, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := server.Shutdown(patience); errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	} else if err != nil {
		return err
	}
	return nil
}
